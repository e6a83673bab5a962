#!/usr/bin/env python3
"""Makes the Debian package, installs it into a root of its own and builds a project against it there.

dpkg checks its dependencies against what this machine has, of which that root says that it has it, too.
"""
import argparse
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from tree import SOURCE, VERSION, copy_tree, expect, run

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "libpgsync-dev"


def only(made):
    expect(len(made) == 1, f"made {made}")
    return made[0]


def make(folder, compiler):
    """The package as README.md says, and one of the headers alone."""
    tree = folder / "pgsync"
    copy_tree(tree)
    os.environ["CXX"] = compiler
    command = "cmake --workflow --preset deb"
    page = (tree / "README.md").read_text(encoding="utf-8")
    expect(re.search(rf"^    {command}(  +#.*)?$", page, re.M), f"README.md does not say {command}")
    run(*command.split(), cwd=tree)
    run("cmake", "--preset", "deb", "-B", folder / "headers", "-DPGSYNC_COMPILED=OFF", cwd=tree)
    run("cpack", "-G", "DEB", "-B", folder / "out", cwd=folder / "headers")
    return only(list((tree / "build/deb").glob("*.deb"))), only(list((folder / "out").glob("*.deb")))


def install(package, root):
    admin = root / "var/lib/dpkg"
    (admin / "info").mkdir(parents=True)
    (admin / "updates").mkdir()
    shutil.copy("/var/lib/dpkg/status", admin / "status")
    as_root = [] if os.geteuid() == 0 else ["fakeroot"]
    run(*as_root, "dpkg", f"--root={root}", f"--log={root / 'dpkg.log'}", "--force-not-root", "--install", package)
    said = run("dpkg-query", f"--admindir={admin}", "-W", "-f=${db:Status-Status}", PACKAGE)
    expect(said == "installed", f"dpkg calls the package {said}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pgsync-deb-") as folder:
        folder = pathlib.Path(folder)
        library, headers = make(folder, arguments.compiler)
        here = run("dpkg", "--print-architecture").strip()
        for package, architecture in (headers, "all"), (library, here):
            for field, value in {"Package": PACKAGE, "Version": f"{VERSION}-1", "Architecture": architecture}.items():
                said = run("dpkg-deb", "--field", package, field).strip()
                expect(said == value, f"{package.name}: {field} is {said}, not {value}")

        install(library, folder / "root")
        installed = folder / "root/usr"
        doc = installed / "share/doc" / PACKAGE
        for file in "copyright", "changelog.gz", "changelog.Debian.gz", "README.md", "docs/operating.md":
            expect((doc / file).is_file(), f"{PACKAGE} lacks {file}")
        single = installed / "share/pgsync/single_include/pgsync/pgsync.hpp"
        expect(single.read_bytes() == (SOURCE / "single_include/pgsync/pgsync.hpp").read_bytes(), "another single header")
        run("cmake", "-S", HERE / "find_package", "-B", folder / "build", "-G", "Ninja",
            f"-DCMAKE_CXX_COMPILER={arguments.compiler}", "-DCMAKE_BUILD_TYPE=Debug", "-DCONSUMER_HALF=compiled",
            f"-DCMAKE_PREFIX_PATH={installed}")
        found = [line for line in (folder / "build/CMakeCache.txt").read_text().splitlines() if line.startswith("pgsync_DIR")]
        expect(str(installed) in found[0], f"found another pgsync: {found}")
        run("cmake", "--build", folder / "build")
        said = run(folder / "build/consumer", "--version")
        expect(said == f"pgsync {VERSION}\n", f"the consumer calls itself {said}")

        if shutil.which("lintian"):
            # Of a bug to close knows only Debian's own archive; of a maintainer, who makes the package.
            for package in headers, library:
                run("lintian", "--fail-on", "error,warning", "--allow-root", "--suppress-tags",
                    "initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog", package)


main()
