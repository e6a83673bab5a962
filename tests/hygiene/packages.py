#!/usr/bin/env python3
"""Checks that every kind of package has the project's version, and the libraries that CMake looks for."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# By the name in find_package(): what vcpkg, Conan and Debian call it. Threads come with the compiler.
LIBRARIES = {
    "Boost": (["boost-hana", "boost-json", "boost-pfr"], "boost", ["libboost", "libboost-json"]),
    "PostgreSQL": (["libpq"], "libpq", ["libpq-dev"]),
    "libpqxx": (["libpqxx"], "libpqxx", ["libpqxx-dev"]),
    "CURL": (["curl"], "libcurl", ["libcurl4-openssl-dev"]),
    "OpenSSL": (["openssl"], "openssl", ["libssl-dev"]),
    "ZLIB": (["zlib"], "zlib", ["zlib1g-dev"]),
    "libmicrohttpd": (["libmicrohttpd"], "libmicrohttpd", ["libmicrohttpd-dev"]),
    "spdlog": (["spdlog"], "spdlog", ["libspdlog-dev"]),
    "tomlplusplus": (["tomlplusplus"], "tomlplusplus", ["libtomlplusplus-dev"]),
    "CLI11": (["cli11"], "cli11", ["libcli11-dev"]),
}
problems = []


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def same(what, is_, should):
    if is_ != should:
        problems.append(f"{what}: {is_}, not {should}")


def names(dependencies):
    return sorted(each if isinstance(each, str) else each["name"] for each in dependencies)


def found(pattern, text, flags=0):
    match = re.search(pattern, text, flags)
    return match[1] if match else None


def check_versions(top):
    version = found(r"project\(\s*pgsync\s+VERSION\s+([0-9.]+)", top)
    same("include/pgsync/version.hpp", found(r'version_string = "([^"]*)"', read("include/pgsync/version.hpp")), version)
    same("CHANGELOG.md, first heading", found(r"^## (\S+?),? ", read("CHANGELOG.md"), re.M), version)
    for name in "vcpkg.json", "packaging/vcpkg/pgsync/vcpkg.json":
        same(name, json.loads(read(name))["version-semver"], version)
    wanted = found(r"find_package\(pgsync ([0-9.]+) REQUIRED", read("tests/package/find_package/CMakeLists.txt"))
    same("tests/package/find_package", wanted, version.rsplit(".", 1)[0])


def check_libraries(top):
    looked_for = set(re.findall(r"find_package\((\w+)", top)) - {"Threads"}
    same("libraries of CMakeLists.txt", sorted(looked_for), sorted(LIBRARIES))
    config = read("cmake/pgsyncConfig.cmake.in")
    same("cmake/pgsyncConfig.cmake.in", sorted(set(re.findall(r"find_dependency\((\w+)", config)) - {"Threads"}), sorted(looked_for))

    ports = sorted(port for each in LIBRARIES.values() for port in each[0])
    for name in "vcpkg.json", "packaging/vcpkg/pgsync/vcpkg.json":
        manifest = json.loads(read(name))
        dependencies = [each for each in names(manifest["dependencies"]) if not each.startswith("vcpkg-")]
        same(name, sorted(dependencies + names(manifest["features"]["runtime"]["dependencies"])), ports)
    recipe = read("packaging/conan/conanfile.py")
    same("packaging/conan/conanfile.py", sorted(re.findall(r'self\.requires\("([^/]+)/', recipe)),
         sorted(each[1] for each in LIBRARIES.values()))
    for name in "cmake/debian_package.cmake", "scripts/install.sh", "examples/airbnb/Dockerfile":
        text = read(name)
        for package in (package for each in LIBRARIES.values() for package in each[2]):
            if not re.search(rf"\b{package}\b|\b{package}[0-9.$]", text):
                problems.append(f"{name} does not have {package}")

    boost = found(r"find_package\(Boost ([0-9.]+) REQUIRED\)", top)
    same("Boost of cmake/pgsyncConfig.cmake.in", set(re.findall(r"find_dependency\(Boost ([0-9.]+)", config)), {boost})
    same("Boost of packaging/conan", found(r'"boost/\[>=([0-9.]+)', recipe), boost)
    same("Boost of cmake/debian_package.cmake", found(r"libboost-dev \(>= ([0-9.]+)\)", read("cmake/debian_package.cmake")), boost)
    same("Boost of README.md", found(r"Boost ([0-9.]+) \(", read("README.md")), boost)


def check_options(top):
    """What can be chosen of a package is what can be chosen in CMake."""
    features = set(json.loads(read("packaging/vcpkg/pgsync/vcpkg.json"))["features"])
    chosen = set(re.findall(r"\b(\w+) PGSYNC_\w+", found(r"vcpkg_check_features\((.*?)\)", read("packaging/vcpkg/pgsync/portfile.cmake"), re.S)))
    options = set(re.findall(r'"(\w+)": \[True, False\]', read("packaging/conan/conanfile.py")))
    for feature in features | chosen | options:
        if f"option(PGSYNC_{feature.upper()} " not in top:
            problems.append(f"CMakeLists.txt has no option PGSYNC_{feature.upper()}")
    same("features of the vcpkg port", sorted(features), sorted(chosen))
    same("options of the Conan recipe", sorted(options), sorted(features))


def check_readme():
    page = read("README.md")
    for pattern, file in (r"conan create (\S+)", "conanfile.py"), (r"--overlay-ports=(\S+)", "pgsync/portfile.cmake"):
        folder = found(pattern, page)
        if not folder or not (ROOT / folder / file).exists():
            problems.append(f"README.md names {folder}, where no {file} is")


def main():
    top = read("CMakeLists.txt")
    check_versions(top)
    check_libraries(top)
    check_options(top)
    check_readme()
    print("\n".join(problems) or "the packages agree with CMakeLists.txt")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
