"""Quality reviews of support conversations: rules, services, storage. It has never heard of Slack."""
