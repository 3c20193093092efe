"""Pictures of iqs values in Block Kit, and people's answers back as values; nothing here fetches anything."""
