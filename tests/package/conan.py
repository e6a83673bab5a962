#!/usr/bin/env python3
"""`conan create packaging/conan`, with the libraries of this machine in place of Conan Center's.

    conan.py CONAN COMPILER LIBRARY=VERSION...
"""
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
from tree import SOURCE, VERSION, expect, run


def main():
    conan, compiler, *libraries = sys.argv[1:]
    says = run(compiler, "--version")
    kind = "clang" if "clang" in says else "gcc"
    major = re.search(r"\b(\d+)\.\d+\.\d+", says)[1]
    with tempfile.TemporaryDirectory(prefix="pgsync-conan-") as folder:
        folder = pathlib.Path(folder)
        # Conan takes these for provided by the platform; CMake then finds them itself.
        (folder / "profile").write_text("\n".join([
            "[settings]", "os=Linux", f"arch={os.uname().machine}", "build_type=Release", f"compiler={kind}",
            f"compiler.version={major}", "compiler.libcxx=libstdc++11", "compiler.cppstd=20",
            "[conf]", "tools.cmake.cmaketoolchain:generator=Ninja", "tools.cmake.cmaketoolchain:user_presets=",
            f"tools.cmake.cmake_layout:test_folder={folder / 'test'}",
            f'tools.build:compiler_executables={{"cpp": "{compiler}"}}',
            "[platform_requires]", *(each.replace("=", "/") for each in libraries), ""]))
        os.environ["CONAN_HOME"] = str(folder / "home")
        for options in [], ["runtime=False"], ["compiled=True"]:
            said = run(conan, "create", SOURCE / "packaging/conan", "--profile:all", folder / "profile", "--no-remote",
                       *(f"--options=&:{each}" for each in options))
            expect(f"pgsync/{VERSION}" in said and '"guest"' in said, said)
            print(*options, "made and used")


main()
