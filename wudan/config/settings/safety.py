"""What makes production unsafe, each as one sentence with its remedy."""

from __future__ import annotations

from collections.abc import Mapping

from wudan.config import env

SHORTEST_SECRET = 50


def faults(environ: Mapping[str, str]) -> list[str]:
    """All of them at once, so that nobody has to start five times to learn of five."""
    return [sentence for check in (_database, _secret, _keys, _hosts, _debug) if (sentence := check(environ))]


def _database(environ: Mapping[str, str]) -> str | None:
    url = environ.get(env.DATABASE_URL, "")
    if not url:
        return (
            "没有设置 DATABASE_URL。生产环境不使用内置数据库，请指向 PostgreSQL 15 或更新版本，"
            "例如 postgresql://wudan_app:密码@127.0.0.1/wudan；若只是试用，请运行 make demo。"
        )
    if url.split(":", 1)[0] not in {"postgres", "postgresql"}:
        return "DATABASE_URL 不是 PostgreSQL 的地址。本系统只支持 PostgreSQL 15 或更新版本。"
    return None


def _secret(environ: Mapping[str, str]) -> str | None:
    secret = environ.get(env.SECRET_KEY, "")
    if not secret:
        return "没有设置 WUDAN_SECRET_KEY。请运行 wudan keys 生成，写入只有服务账号能读的环境文件。"
    if secret == env.DEVELOPMENT_SECRET or len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
        return f"WUDAN_SECRET_KEY 是开发用的密钥或太短（至少 {SHORTEST_SECRET} 个字符）。请运行 wudan keys 重新生成。"
    return None


def _keys(environ: Mapping[str, str]) -> str | None:
    text = environ.get(env.DATA_KEYS, "")
    if not text:
        return "没有设置 WUDAN_DATA_KEYS（加密身份证号、电话、银行账号的密钥）。请运行 wudan keys 生成，并另行妥善备份。"
    try:
        keys = env.DataKeys.parse(text)
    except ValueError as error:
        return str(error)
    development = env.DEVELOPMENT_KEYS
    if keys.data == development.data or keys.index == development.index:
        return "WUDAN_DATA_KEYS 是随代码公开的开发密钥，不能用于真实数据。请运行 wudan keys 生成。"
    if len(set(keys.data)) < 6 or len(set(keys.index)) < 10:
        return "WUDAN_DATA_KEYS 太简单，像是手工填写的。请运行 wudan keys 生成。"
    return None


def _hosts(environ: Mapping[str, str]) -> str | None:
    hosts = env.hosts(environ)
    if not hosts:
        return "没有设置 WUDAN_ALLOWED_HOSTS。请写明网站的域名，多个用英文逗号分隔。"
    if "*" in hosts:
        return "WUDAN_ALLOWED_HOSTS 不能是 *，请写明网站的域名。"
    return None


def _debug(environ: Mapping[str, str]) -> str | None:
    if environ.get(env.DEBUG, "0") not in {"", "0"}:
        return "WUDAN_DEBUG 已打开。出错页面会显示源码和个人信息，请去掉这一项。"
    return None
