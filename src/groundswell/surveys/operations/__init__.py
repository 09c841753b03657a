"""What changes surveys and what is answered in them."""
