"""Money, days, numbers and sealing: properties that hold for every value."""

from __future__ import annotations

import binascii
import os
import warnings
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import valid_account, valid_identity
from wudan.kernel.crypto import Unsealable, blind_index, same_index, seal, unseal
from wudan.kernel.identifiers import (
    check_account,
    check_character,
    check_credit_code,
    check_phone,
    credit_check_character,
    mask_account,
    mask_identity,
    mask_name,
    mask_phone,
    parse_identity,
)
from wudan.kernel.money import in_sentence, in_table, parse_yuan, plain, share_floor
from wudan.kernel.periods import (
    CalendarUnknown,
    add_working_days,
    is_working_day,
    legal_day,
    working_days_left,
)

fen = st.integers(-(10**12), 10**12)
days = st.dates(date(2019, 1, 1), date(2021, 12, 1))


# --- money -------------------------------------------------------------------------------------------------------
@given(fen)
def test_every_way_of_printing_reads_back(amount: int) -> None:
    assert parse_yuan(plain(amount)) == parse_yuan(in_sentence(amount)) == amount
    if amount >= 0:
        assert parse_yuan(in_table(amount)) == amount


@given(st.integers(0, 10**12), st.decimals(0, 1, places=4))
def test_a_share_never_exceeds_and_loses_less_than_a_fen(amount: int, rate: Decimal) -> None:
    share = share_floor(amount, rate)
    assert isinstance(share, int)
    assert 0 <= Decimal(amount) * rate - share < 1


@pytest.mark.parametrize("text", ["", "abc", "1.005", "NaN", "Infinity", "1e", "十元", "--1", "1 2"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        parse_yuan(text)


def test_as_people_write_it() -> None:
    assert (in_table(150_000), in_sentence(150_000), in_sentence(5), plain(-150)) == (
        "¥1,500.00",
        "1,500元",
        "0.05元",
        "-1.50",
    )
    assert parse_yuan("￥1，500.5元") == 150_050


# --- days --------------------------------------------------------------------------------------------------------
@given(days, st.integers(0, 30))
def test_a_time_limit_has_exactly_its_working_days(start: date, limit: int) -> None:
    due = add_working_days(start, limit)
    between = [start + timedelta(n) for n in range(1, (due - start).days + 1)]
    assert sum(map(is_working_day, between)) == limit
    assert limit == 0 or is_working_day(due)
    assert working_days_left(start, due) == limit


@given(days, st.integers(1, 60))
def test_overdue_counts_backwards_and_is_never_zero(due: date, late: int) -> None:
    assert working_days_left(due + timedelta(late), due) <= -1


def test_holidays_make_up_days_and_the_districts_own() -> None:
    assert not is_working_day(date(2020, 10, 1))
    assert is_working_day(date(2020, 9, 27))  # 国庆 make-up Sunday
    assert is_working_day(date(2020, 10, 1), {date(2020, 10, 1): True})
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2020, 1, 1), -1)


def test_an_unknown_year_counts_weekends_and_says_so() -> None:
    with pytest.warns(CalendarUnknown, match="2035"):
        assert is_working_day(date(2035, 1, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not is_working_day(date(2035, 1, 6))


def test_the_legal_day_is_shanghais() -> None:
    assert legal_day(datetime(2020, 12, 31, 16, 0, tzinfo=UTC)) == date(2021, 1, 1)
    assert legal_day(datetime(2020, 12, 31, 15, 59, tzinfo=UTC)) == date(2020, 12, 31)
    with pytest.raises(ValueError, match="time zone"):
        legal_day(datetime(2020, 12, 31))  # noqa: DTZ001


# --- numbers -----------------------------------------------------------------------------------------------------
@given(st.integers(100_000, 999_999), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 999))
def test_a_well_formed_identity_number_says_birth_and_sex(area: int, born: date, serial: int) -> None:
    first = f"{area}{born:%Y%m%d}{serial:03d}"
    found = parse_identity(f" {(first + check_character(first)).lower()} ")
    assert (found.area_code, found.born_on, found.sex) == (str(area), born, "男" if serial % 2 else "女")


@given(st.integers(0, 999_999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(n: int, place: int, digit: str) -> None:
    number = valid_identity(n)
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        with pytest.raises(ValueError, match=r"校验位|出生日期"):
            parse_identity(wrong)


@given(st.text(max_size=30))
def test_any_text_is_answered_with_a_sentence(text: str) -> None:
    for check in (parse_identity, check_credit_code, check_phone, check_account):
        try:
            check(text)
        except ValueError as error:
            assert str(error)[0] > "\u4e00" or str(error).startswith("15位")


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_a_credit_code_with_its_check_character_passes_and_no_other(first: str) -> None:
    right = credit_check_character(first)
    assert check_credit_code((first + right).lower()) == first + right
    with pytest.raises(ValueError, match="校验位"):
        check_credit_code(first + ("0" if right != "0" else "1"))


def test_known_numbers() -> None:
    assert check_character("11010519491231002") == "X"
    assert check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
    assert check_phone("+86 138-0000-1111") == "13800001111"
    assert check_account(" 6228 4800-0000 ") == "622848000000"
    with pytest.raises(ValueError, match="校验位"):
        check_account(valid_account(1)[:-1] + str((int(valid_account(1)[-1]) + 1) % 10))


@given(st.text(st.characters(categories=["Nd", "Lu"]), max_size=40))
def test_masks_show_at_most_their_ends(text: str) -> None:
    assert len(mask_identity(text)) == len(text)
    for masked, shown in ((mask_identity(text), 10), (mask_phone(text), 7), (mask_account(text), 4)):
        assert len(masked.replace("*", "")) <= shown
    if len(text) > 1:
        assert "*" in mask_name(text)


def test_masked_names() -> None:
    assert [mask_name(n) for n in ("", "张", "张三", "张小三", "欧阳小三")] == [
        "*",
        "*",
        "张*",
        "张*三",
        "欧**三",
    ]


# --- sealing -----------------------------------------------------------------------------------------------------
@given(st.text(max_size=60), st.sampled_from(["identity", "phone", "account"]))
def test_what_is_sealed_comes_back_for_its_purpose_only(text: str, purpose: str) -> None:
    sealed = seal(text, purpose)
    assert unseal(sealed, purpose) == unseal(memoryview(sealed), purpose) == text  # type: ignore[arg-type]
    assert seal(text, purpose) != sealed
    with pytest.raises(Unsealable):
        unseal(sealed, purpose + "x")


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_is_always_noticed(place: int, change: int) -> None:
    sealed = bytearray(seal("370405199001010011", "identity"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Unsealable):
        unseal(bytes(sealed), "identity")


@pytest.mark.parametrize("stump", [b"", b"\x01", b"\x02" + b"0" * 40, b"\x01" + b"0" * 27])
def test_stumps_are_not_unsealed(stump: bytes) -> None:
    with pytest.raises(Unsealable):
        unseal(stump, "identity")


def test_the_key_matters(settings) -> None:
    sealed, index = seal("x", "phone"), blind_index("x", "phone")
    settings.WUDAN_DATA_KEY, settings.WUDAN_INDEX_KEY = os.urandom(16), os.urandom(32)
    with pytest.raises(Unsealable):
        unseal(sealed, "phone")
    assert not same_index(blind_index("x", "phone"), index)


def test_the_index_is_equal_for_equals_only() -> None:
    assert same_index(blind_index("1", "phone"), blind_index("1", "phone"))
    assert not same_index(blind_index("1", "phone"), blind_index("1", "account"))
    assert not same_index(blind_index("1", "a\x001"), blind_index("1", "a"))


def _hex(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def test_sm4_gcm_by_rfc_8998() -> None:
    key, nonce = _hex("0123456789ABCDEFFEDCBA9876543210"), _hex("00001234567800000000ABCD")
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(_hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    words = "AAAAAAAAAAAAAAAA BBBBBBBBBBBBBBBB CCCCCCCCCCCCCCCC DDDDDDDDDDDDDDDD EEEEEEEEEEEEEEEE FFFFFFFFFFFFFFFF"
    sealed = encryptor.update(_hex(words + "EEEEEEEEEEEEEEEE AAAAAAAAAAAAAAAA")) + encryptor.finalize()
    assert sealed == _hex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    )
    assert encryptor.tag == _hex("83DE3541E4C2B58177E065A9BF7B62EC")


def test_sm3_and_hmac_by_their_definition() -> None:
    assert _sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = settings.WUDAN_INDEX_KEY.ljust(64, b"\0")
    inner = _sm3(bytes(b ^ 0x36 for b in key) + b"phone\x0013800000000")
    assert blind_index("13800000000", "phone") == _sm3(bytes(b ^ 0x5C for b in key) + inner)


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
