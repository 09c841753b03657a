"""Every setting an operator can make, in one place, by environment variable.

`groundswell doctor` lists these with their descriptions; nothing else in the code reads `os.environ`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from groundswell.config.data_folder import kept_secret
from groundswell.config.email_services import EmailService, check_mailbox, read_service
from groundswell.config.sms import SmppGateway, SmsGateway, read_gateway, read_smpp

SHORTEST_SECRET_KEY = 50  # characters
DEFAULT_SECRET_KEY = "insecure-development-key-change-me"  # noqa: S105 - refused when DEBUG is off


class Environment(BaseSettings):
    """What the outside decides. Unknown variables are ignored; a value of the wrong type stops the start."""

    model_config = SettingsConfigDict(extra="ignore")

    debug: bool = Field(
        False,
        validation_alias="GROUNDSWELL_DEBUG",
        description="Show error details in the browser. Never on a public server.",
    )
    secret_key: str = Field(
        DEFAULT_SECRET_KEY,
        validation_alias="GROUNDSWELL_SECRET_KEY",
        description="Signs sessions and links, and keys the suppression hashes. At least 50 random characters; keep it. "
        "Empty: the one kept in the data folder, which the demo makes itself.",
    )
    data_dir: Path = Field(
        Path("data"),
        validation_alias="GROUNDSWELL_DATA_DIR",
        description="Folder for the embedded database, uploads, backups and logs.",
    )
    database_url: str = Field(
        "",
        validation_alias="DATABASE_URL",
        description="postgresql://user:password@host:port/name of a PostgreSQL 14 or later. Empty: the embedded server.",
    )
    host: str = Field(
        "127.0.0.1", validation_alias="HOST", description="Address to listen on; 0.0.0.0 for every interface."
    )
    port: int = Field(8000, validation_alias="PORT", ge=1, le=65535, description="Port to listen on.")
    web_workers: int = Field(
        2,
        validation_alias="WEB_WORKERS",
        ge=1,
        le=64,
        description="Web processes; one for each core is right.",
    )
    web_threads: int = Field(
        2,
        validation_alias="WEB_THREADS",
        ge=1,
        le=64,
        description="Threads of each web process; more than one lets a quick page pass a slow one.",
    )
    base_url: str = Field(
        "",
        validation_alias="BASE_URL",
        description="Public address, as volunteers type it, such as https://phones.example.org. "
        "Empty: http://HOST:PORT, this computer's own address by its name, localhost.",
    )
    allowed_hosts: str = Field(
        "",
        validation_alias=AliasChoices("ALLOWED_HOSTS"),
        description="Comma list of host names served besides that of BASE_URL.",
    )
    email_url: str = Field(
        "",
        validation_alias="EMAIL_URL",
        description="smtp://user:password@host:port (smtp+tls:// for STARTTLS, smtps:// for TLS). "
        "Empty: messages are kept as files in the data folder.",
    )
    email_service: Annotated[EmailService | None, NoDecode, BeforeValidator(read_service)] = Field(
        None,
        validation_alias="EMAIL_SERVICE",
        description="A service that sends campaign email, as JSON: name, webhook_secret and the service's own settings "
        "(see “Email” below). Without EMAIL_URL sign-in codes go by it too.",
    )
    bounce_address: str = Field(
        "",
        validation_alias="BOUNCE_ADDRESS",
        pattern=r"^$|^[A-Za-z0-9._-]{1,24}@[A-Za-z0-9.-]+$",
        description="Where undeliverable email comes back to, such as bounces@example.org; bounces+X@ must arrive too.",
    )
    bounce_mailbox: str = Field(
        "",
        validation_alias="BOUNCE_MAILBOX",
        description="imaps://user:password@host/INBOX in which it arrives (imap+tls:// for STARTTLS, imap:// for neither).",
    )
    from_email: str = Field(
        "Groundswell <groundswell@localhost>",
        validation_alias="FROM_EMAIL",
        description="Sender of sign-in codes, confirmations and reminders.",
    )
    twilio_account_sid: str = Field(
        "", validation_alias="TWILIO_ACCOUNT_SID", description="Account at Twilio that texts are sent by; AC..."
    )
    twilio_auth_token: str = Field(
        "",
        validation_alias="TWILIO_AUTH_TOKEN",
        description="Its auth token: signs in there, and tells Twilio's own requests from others.",
    )
    sms_http: Annotated[SmsGateway | None, NoDecode, BeforeValidator(read_gateway)] = Field(
        None,
        validation_alias="SMS_HTTP",
        description="Any other gateway for texts that takes them over HTTP, as JSON: url, secret, fields and more "
        "(see “Texts” below).",
    )
    smpp: Annotated[SmppGateway | None, NoDecode, BeforeValidator(read_smpp)] = Field(
        None,
        validation_alias="SMPP_URL",
        description="smpp://system_id:password@host:2775 of a gateway or network that speaks SMPP 3.4 (smpps:// for TLS).",
    )
    language: str = Field("en-gb", validation_alias="LANGUAGE_CODE", description="Default language.")
    time_zone: str = Field(
        "Europe/London",
        validation_alias="GROUNDSWELL_TIME_ZONE",
        description="Time zone of pages and schedules.",
    )
    demo: bool = Field(
        False,
        validation_alias="GROUNDSWELL_DEMO",
        description="Allow the demo's one-click sign-in links. Set by `make run`; never on a public server.",
    )

    @field_validator("bounce_mailbox")
    @classmethod
    def _is_mailbox(cls, given: str) -> str:
        check_mailbox(given)
        return given

    @model_validator(mode="after")
    def _take_kept_secret(self) -> Self:
        if self.secret_key in ("", DEFAULT_SECRET_KEY):
            self.__dict__["secret_key"] = kept_secret(self.data_dir) or DEFAULT_SECRET_KEY
        return self

    @property
    def public_url(self) -> str:
        """The address to print in links, without a trailing slash.

        This computer goes by its name: browsers make passkeys for names only, and refuse them to 127.0.0.1.
        """
        host = "localhost" if self.host.startswith("127.") or self.host == "::1" else self.host
        return (self.base_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}").rstrip("/")


@cache
def environment() -> Environment:
    """The settings of this process, read once."""
    return Environment()  # values come from the environment
