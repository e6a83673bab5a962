#!/usr/bin/env python3
"""Builds and runs one consumer project of this folder in a temporary folder."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("how", choices=["find_package", "add_subdirectory", "single_header"])
    parser.add_argument("half", choices=["shape", "program", "compiled"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pgsync-package-") as folder:
        folder = pathlib.Path(folder)
        common = ["-G", "Ninja", f"-DCMAKE_CXX_COMPILER={arguments.compiler}", "-DCMAKE_BUILD_TYPE=Debug"]
        options = [f"-DCONSUMER_HALF={arguments.half}", f"-DPGSYNC_SOURCE={SOURCE}"]
        if arguments.how == "find_package":
            runtime = "OFF" if arguments.half == "shape" else "ON"
            compiled = "ON" if arguments.half == "compiled" else "OFF"
            run("cmake", "-S", SOURCE, "-B", folder / "library", *common, "-DPGSYNC_BUILD_TESTS=OFF",
                "-DPGSYNC_BUILD_EXAMPLES=OFF", f"-DPGSYNC_RUNTIME={runtime}", f"-DPGSYNC_COMPILED={compiled}")
            run("cmake", "--build", folder / "library")
            run("cmake", "--install", folder / "library", "--prefix", folder / "prefix")
            options.append(f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}")
        run("cmake", "-S", HERE / arguments.how, "-B", folder / "build", *common, *options)
        run("cmake", "--build", folder / "build")
        said = run(folder / "build" / "consumer", *([] if arguments.half == "shape" else ["explain"]))
        if '"guest"' not in said:
            sys.exit(f"the consumer did not print its query:\n{said}")


main()
