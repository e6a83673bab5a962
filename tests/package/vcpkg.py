#!/usr/bin/env python3
"""`vcpkg install` of the port, with the libraries of this machine in place of vcpkg's.

    vcpkg.py VCPKG COMPILER
"""
import json
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
from tree import SOURCE, VERSION, expect, run

HERE = pathlib.Path(__file__).resolve().parent
EMPTY = "set(VCPKG_POLICY_EMPTY_PACKAGE enabled)\n"


def stand_ins(folder, manifest):
    """Empty ports for every library, so that CMake goes on and finds the machine's."""
    for group in manifest["dependencies"], *(each["dependencies"] for each in manifest["features"].values()):
        for name in group:
            if isinstance(name, str):
                port = folder / name
                port.mkdir(parents=True)
                (port / "vcpkg.json").write_text(json.dumps({"name": name, "version": "0"}))
                (port / "portfile.cmake").write_text(EMPTY)


def main():
    vcpkg, compiler = sys.argv[1:]
    manifest = json.loads((SOURCE / "packaging/vcpkg/pgsync/vcpkg.json").read_text())
    with tempfile.TemporaryDirectory(prefix="pgsync-vcpkg-") as folder:
        folder = pathlib.Path(folder)
        stand_ins(folder / "ports", manifest)
        os.environ.update(CXX=compiler, VCPKG_FORCE_SYSTEM_BINARIES="1", VCPKG_DISABLE_METRICS="1",
                          VCPKG_MAX_CONCURRENCY=str(os.cpu_count()), VCPKG_KEEP_ENV_VARS="CXX")
        for half, port in ("shape", "pgsync[core]"), ("program", "pgsync"), ("compiled", "pgsync[compiled]"):
            installed = folder / half
            run(vcpkg, "install", port, f"--overlay-ports={SOURCE / 'packaging/vcpkg'}",
                f"--overlay-ports={folder / 'ports'}", "--classic", "--no-binarycaching",
                f"--x-install-root={installed}", f"--x-buildtrees-root={folder / 'buildtrees'}",
                f"--x-packages-root={folder / 'packages'}", f"--downloads-root={folder / 'downloads'}", cwd=folder)
            prefix = next(each for each in installed.iterdir() if (each / "share/pgsync/pgsyncConfig.cmake").exists())
            run("cmake", "-S", HERE / "find_package", "-B", folder / half / "build", "-G", "Ninja",
                f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Debug", f"-DCONSUMER_HALF={half}",
                f"-DCMAKE_PREFIX_PATH={prefix}")
            run("cmake", "--build", folder / half / "build")
            said = run(folder / half / "build/consumer", *([] if half == "shape" else ["explain"]))
            expect('"guest"' in said, f"the consumer did not print its query:\n{said}")
            expect((prefix / "share/pgsync/copyright").exists(), "the port installs no copyright")
            print(f"{port} {VERSION} made and used")
        # The manifest at the top is what vcpkg takes for a project of its own: every name and feature is resolved.
        run(vcpkg, "install", "--dry-run", f"--x-manifest-root={SOURCE}", "--x-feature=tests",
            f"--x-install-root={folder / 'manifest'}", cwd=folder)


main()
