#!/bin/sh
# Spark needs Java 17 or newer. Looks for it, and installs Debian's where that may be done.
set -eu
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then exit 0; fi
if command -v java >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo '正在安装 Java（openjdk-17-jre-headless，约 200 MB）……'
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless; } >/dev/null
    exit 0
fi
printf '%s\n' '没有找到 Java。Spark 需要 Java 17 或更新的版本：' \
    '  Debian、Ubuntu：apt-get install openjdk-17-jre-headless；macOS：brew install openjdk@17' \
    '  或用环境变量 JAVA_HOME 指明已有的位置，然后再运行一次。' >&2
exit 1
