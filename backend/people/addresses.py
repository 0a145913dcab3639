"""An e-mail address as somebody says it to be written to: by form, API, file or mail, one rule for all."""

from typing import Any

from django.core.validators import EmailValidator
from rest_framework import serializers

from backend.core.text import say
from backend.mail.mailbox import InvalidAddress, deliverable_email


class Address(serializers.EmailField):
    """An e-mail address letters can be sent to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators = [each for each in self.validators if not isinstance(each, EmailValidator)]

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        try:
            return deliverable_email(written) if written else ""
        except InvalidAddress:
            raise serializers.ValidationError(
                say(vi="Không gửi thư tới địa chỉ này được.", en="No letter can be sent to this address.")
            ) from None
