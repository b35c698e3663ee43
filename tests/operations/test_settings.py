"""A wrong setting is named at start, with what was expected."""

from pathlib import Path

import pytest

from app import create_app
from tutoring.store.settings import WrongSetting, read_settings


def read(tmp_path, **environ):
    return read_settings({"PALIER_DATA": str(tmp_path), **{f"PALIER_{k}": v for k, v in environ.items()}})


def test_every_default_suits_one_machine(tmp_path):
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'palier.sqlite'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.smtp_url == "smtp://127.0.0.1:25"
    assert (settings.files, settings.index) == (tmp_path / "files", tmp_path / "index")
    assert settings.development


def test_the_address_follows_the_port(tmp_path):
    assert read(tmp_path, PORT="8123").base_url == "http://127.0.0.1:8123"


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path):
    first = read(tmp_path).secret_key
    kept = tmp_path / "secret_key"
    assert (read(tmp_path).secret_key, len(first) >= 32) == (first, True)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("WORKERS", "-1"),
        ("THREADS", "1.5"),
        ("MAX_UPLOAD_MB", "0"),
        ("DATABASE_URL", "mysql://somewhere/palier"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "palier.example.org"),
        ("BASE_URL", "ftp://palier.example.org"),
        ("BASE_URL", "https://palier.example.org/palier"),
        ("BASE_URL", "https://palier.example.org?x=1"),
        ("BASE_URL", "http://palier.example.org"),
        ("BASE_URL", "https://palier.example.org:port"),
        ("BASE_URL", "https://[::1"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "http://mail.example.org"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail.example.org:port"),
        ("MAIL_FROM", "Palier"),
        ("MAIL_FROM", "Palier <palier@example.org>\nBcc: all@example.org"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(WrongSetting, match=rf"^PALIER_{name}: "):
        read(tmp_path, **{name: value})


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match=r"^PALIER_DATA: "):
        read_settings({"PALIER_DATA": str(tmp_path / "file" / "data")})


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(WrongSetting, match=r"^PALIER_DATA: "):
        read(tmp_path)


def test_plain_http_is_accepted_on_this_machine_only(tmp_path):
    assert read(tmp_path, BASE_URL="http://localhost:9000").development
    assert not read(tmp_path, BASE_URL="https://palier.example.org").development


def test_the_application_refuses_to_start_and_says_which(tmp_path, monkeypatch):
    monkeypatch.setenv("PALIER_DATA", str(tmp_path))
    monkeypatch.setenv("PALIER_SMTP_URL", "pigeon://loft")
    with pytest.raises(SystemExit, match="PALIER_SMTP_URL"):
        create_app()


def test_a_folder_with_a_tilde_is_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings({"PALIER_DATA": "~/data"}).data == Path(tmp_path, "data").resolve()
