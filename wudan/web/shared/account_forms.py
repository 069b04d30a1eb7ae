"""The forms of the account pages: the labels their templates show, and what is missing said in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account

from wudan.web.shared.forms import Spoken


class Login(Spoken, account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "用户名、身份证号码或手机号码"


class ChangePassword(Spoken, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("oldpassword", "现在的密码"),
            ("password1", "新密码"),
            ("password2", "再输入一次新密码"),
        ):
            self.fields[name].label = label


class Reauthenticate(Spoken, account.ReauthenticateForm):  # type: ignore[misc]
    pass
