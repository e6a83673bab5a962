#!/usr/bin/env python3
"""Builds and runs one consumer project in a temporary folder: of this folder, or as README.md shows it."""
import argparse
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
from tree import SOURCE, VERSION, copy_tree, expect, run

HERE = pathlib.Path(__file__).resolve().parent
FETCHED_FROM = "https://git.example/pgsync.git"


def install(folder, common, half):
    runtime = "OFF" if half == "shape" else "ON"
    compiled = "ON" if half == "compiled" else "OFF"
    run("cmake", "-S", SOURCE, "-B", folder / "library", *common, "-DPGSYNC_BUILD_TESTS=OFF",
        "-DPGSYNC_BUILD_EXAMPLES=OFF", f"-DPGSYNC_RUNTIME={runtime}", f"-DPGSYNC_COMPILED={compiled}")
    run("cmake", "--build", folder / "library")
    run("cmake", "--install", folder / "library", "--prefix", folder / "prefix")
    page = (SOURCE / "README.md").read_text(encoding="utf-8")
    expect("-DPGSYNC_BUILD_TESTS=OFF -DPGSYNC_BUILD_EXAMPLES=OFF\n" in page and "cmake --install" in page,
           "README.md does not say how to install")
    return f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}"


def readme(folder, which):
    """A project of the snippet with that word in it, and of the program at the page's beginning."""
    page = (SOURCE / "README.md").read_text(encoding="utf-8")
    snippets = [each for each in re.findall(r"^```cmake\n(.*?)^```", page, re.M | re.S) if which in each]
    expect(len(snippets) == 1, f"README.md has {len(snippets)} snippets with {which}")
    project = folder / "project"
    project.mkdir()
    (project / "main.cpp").write_text(re.search(r"^```cpp\n(.*?)^```", page, re.M | re.S)[1], encoding="utf-8")
    (project / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.25)\nproject(airbnb LANGUAGES CXX)\n{snippets[0]}", encoding="utf-8")
    if which == "add_subdirectory":
        copy_tree(project / "pgsync")
    if which == "FetchContent":
        expect(FETCHED_FROM in snippets[0], f"README.md does not fetch from {FETCHED_FROM}")
        origin = folder / "origin"
        copy_tree(origin)
        run("git", "init", "-q", "-b", "main", origin)
        run("git", "-C", origin, "add", "--all", "--force")
        run("git", "-C", origin, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "all")
        # git goes to that folder instead.
        os.environ.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0=f"url.file://{origin}.insteadOf",
                          GIT_CONFIG_VALUE_0=FETCHED_FROM)
    return project


def check(program, what):
    said = run(program, *([] if what == "shape" else ["explain"]))
    expect('"guest"' in said, f"the consumer did not print its query:\n{said}")
    if what != "shape":
        said = run(program, "--version")
        expect(said == f"pgsync {VERSION}\n", f"the consumer of {VERSION} calls itself {said}")


def single_header(folder, compiler):
    """The command that the page has for a program with the one header, as a debug build."""
    page = (SOURCE / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^    (g\+\+ .*main\.cpp (?:.*\\\n)*.*)$", page, re.M)
    expect(command, "README.md does not say how to compile with the single header")
    words = command[1].replace("g++", compiler, 1).replace("-O2", "-O0", 1)
    words = words.replace("main.cpp", f"'{HERE / 'program.cpp'}' -I'{SOURCE / 'single_include'}' -o '{folder / 'consumer'}'", 1)
    run("sh", "-c", words)
    return folder / "consumer"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("how", choices=["find_package", "add_subdirectory", "single_header", "readme"])
    parser.add_argument("what", choices=["shape", "program", "compiled", "find_package", "add_subdirectory",
                                         "FetchContent"], help="a half, or the word that the snippet has")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pgsync-package-") as folder:
        folder = pathlib.Path(folder)
        common = ["-G", "Ninja", f"-DCMAKE_CXX_COMPILER={arguments.compiler}", "-DCMAKE_BUILD_TYPE=Debug",
                  "-DCMAKE_CXX_FLAGS_DEBUG=-O0"]
        options = []
        if "find_package" in (arguments.how, arguments.what):
            options.append(install(folder, common, arguments.what))
        if arguments.how == "single_header":
            return check(single_header(folder, arguments.compiler), arguments.what)
        if arguments.how == "readme":
            project, program = readme(folder, arguments.what), "airbnb"
        else:
            project, program = HERE / arguments.how, "consumer"
            options += [f"-DCONSUMER_HALF={arguments.what}", f"-DPGSYNC_SOURCE={SOURCE}"]
        run("cmake", "-S", project, "-B", folder / "build", *common, *options)
        run("cmake", "--build", folder / "build")
        check(folder / "build" / program, "shape" if arguments.how == "add_subdirectory" else arguments.what)


main()
