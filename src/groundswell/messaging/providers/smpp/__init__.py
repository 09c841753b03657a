"""Texts by SMPP 3.4, to a gateway or straight to a network: one bind sends, another hears receipts and answers."""
