"""Slack's judgement of Block Kit: what it refuses, in its own words. One file for each idea."""
