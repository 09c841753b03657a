"""Texts by Twilio: its REST API out, its signed status callbacks and incoming messages in."""
