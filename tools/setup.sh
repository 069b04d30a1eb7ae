#!/bin/sh
# Makes what running needs: .venv with the command `wudan`, and node_modules. Usage: tools/setup.sh demo|test
# Each step leaves a stamp named after the file it obeyed, so a second run does nothing and takes no time.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:?demo or test}

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
is_debian() { command -v apt-get >/dev/null 2>&1; }

find_python() {
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if recent "$path"; then printf '%s' "$path"; return 0; fi
    done
    return 1
}

# --- Python ------------------------------------------------------------------------------------------------------
if ! recent .venv/bin/python; then
    python=$(find_python) || fail \
        '没有找到 Python 3.11 或更新的版本。Python 3.11 or newer is needed.' \
        '  Debian 12、Ubuntu 24.04：apt-get install python3 python3-venv' \
        '  Ubuntu 22.04：apt-get install python3.11 python3.11-venv' \
        '  macOS：brew install python@3.13'
    say "正在建立 Python 环境 .venv（$("$python" --version)）……"
    rm -rf .venv
    if ! "$python" -m venv .venv 2>.venv.log; then
        cat .venv.log >&2
        rm -rf .venv .venv.log
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail '不能建立 Python 环境，缺少 venv 模块。The venv module is missing.' \
            "  Debian、Ubuntu：apt-get install python3-venv（或 python$version-venv），然后再运行一次。"
    fi
    rm -f .venv.log
fi

lock=requirements.lock
[ "$purpose" = demo ] && lock=requirements-demo.lock
wanted=$(cat "$lock" pyproject.toml | cksum | tr -d ' ')
stamp=.venv/.installed-$purpose-$wanted
everything=.venv/.installed-test-$(cat requirements.lock pyproject.toml | cksum | tr -d ' ')
if [ ! -e "$stamp" ] && [ ! -e "$everything" ]; then
    say '正在安装 Python 依赖（首次约半分钟）……'
    # The locks are complete, so nothing is left to resolve. pip, not uv: it obeys the mirrors people configure for pip.
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps -r "$lock" || fail \
        'Python 依赖没有装上，原因见上。请检查网络或 pip 的镜像设置后再试。'

    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps -e . || fail \
        '命令 wudan 没有装上，原因见上。'
    rm -f .venv/.installed-"$purpose"-*
    : >"$stamp"
fi

# --- browser assets ----------------------------------------------------------------------------------------------
assets=node_modules/.installed-$(cksum <package-lock.json | tr -d ' ')
if [ ! -e "$assets" ]; then
    say '正在安装页面所用的样式和脚本……'
    if node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null 2>&1; then
        npm=npm
    else
        # No Node or an old one: the wheel brings its own, and stays inside .venv.
        .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps -r requirements-node.lock || fail \
            'Node.js 没有装上，原因见上。也可以自行安装 Node.js 20 或更新的版本后再试。'
        npm='.venv/bin/python tools/npm.py'
    fi
    # Install scripts of packages are not run: none of ours needs one.
    $npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || fail \
        '样式和脚本没有装上，原因见上。请检查网络或 npm 的镜像设置后再试。'
    : >"$assets"
fi

# --- the browser for tests ---------------------------------------------------------------------------------------
if [ "$purpose" = test ] && ! .venv/bin/python -m tests.harness.browsers; then
    if [ "$(id -u)" = 0 ] && is_debian; then
        say '正在安装浏览器测试所用的 Chromium 和中文字体……'
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk; } \
            >/dev/null 2>&1 || true
    fi
    .venv/bin/python -m tests.harness.browsers || say \
        '本机没有 Chromium 或 Chrome，浏览器测试将略去。安装方法：' \
        '  Debian：apt-get install chromium fonts-noto-cjk；Ubuntu、macOS：安装 Google Chrome。'
fi
