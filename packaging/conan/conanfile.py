"""Packs the tree that this file stands in: `conan create packaging/conan`."""
import pathlib
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy, load

required_conan_version = ">=2.1"


class Pgsync(ConanFile):
    name = "pgsync"
    description = "Nested documents from PostgreSQL, kept right in Elasticsearch and OpenSearch"
    license = "MIT"
    topics = ("postgresql", "elasticsearch", "opensearch", "replication", "search")
    settings = "os", "arch", "compiler", "build_type"
    # runtime: as CMake's PGSYNC_RUNTIME; without it there is the component shape alone. compiled: PGSYNC_COMPILED.
    options = {"runtime": [True, False], "compiled": [True, False]}
    default_options = {"runtime": True, "compiled": False}

    def set_version(self):
        top = pathlib.Path(self.recipe_folder).parents[1]
        if (top / "CMakeLists.txt").exists():
            text = load(self, str(top / "CMakeLists.txt"))
            self.version = re.search(r"project\(\s*pgsync\s+VERSION\s+([0-9.]+)", text)[1]

    def export_sources(self):
        top = str(pathlib.Path(self.recipe_folder).parents[1])
        for pattern in ("CMakeLists.txt", "README.md", "CHANGELOG.md", "LICENSE", "cmake/*", "include/*", "src/*",
                        "single_include/*", "docs/*", "examples/*"):
            copy(self, pattern, top, self.export_sources_folder)

    def configure(self):
        self.package_type = "static-library" if self.options.compiled else "header-library"

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        # Their headers are in what a user compiles.
        public = {"transitive_headers": True, "transitive_libs": True}
        self.requires("boost/[>=1.81 <2]", **public)
        if self.options.runtime:
            self.requires("libpq/[>=13]", **public)
            self.requires("libpqxx/[>=6.4]", **public)
            self.requires("libcurl/[>=7.88 <9]", **public)
            self.requires("libmicrohttpd/[>=0.9.75 <2]", **public)
            self.requires("openssl/[>=3 <4]", **public)
            self.requires("zlib/[>=1.2.11 <2]", **public)
            self.requires("spdlog/[>=1.10 <2]", **public)
            self.requires("cli11/[>=2.1 <3]", **public)
            self.requires("tomlplusplus/[>=3.3 <4]", **public)

    def package_id(self):
        if not self.info.options.compiled:
            self.info.settings.clear()

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["PGSYNC_RUNTIME"] = bool(self.options.runtime)
        toolchain.cache_variables["PGSYNC_COMPILED"] = bool(self.options.compiled)
        for off in ("PGSYNC_BUILD_TESTS", "PGSYNC_BUILD_EXAMPLES"):
            toolchain.cache_variables[off] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, str(pathlib.Path(self.package_folder) / "licenses"))
        CMake(self).install()

    def package_info(self):
        # The package's own files for CMake are the same as everywhere else, components included.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/pgsync" if self.options.compiled else "share/cmake/pgsync"]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        if self.options.compiled:
            self.cpp_info.libdirs = ["lib"]
            self.cpp_info.libs = ["pgsync"]
            self.cpp_info.defines = ["PGSYNC_COMPILED"]
