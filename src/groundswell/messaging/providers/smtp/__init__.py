"""Email by SMTP: to the mail server that `EMAIL_URL` names."""
