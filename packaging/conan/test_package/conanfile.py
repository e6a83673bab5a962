import pathlib

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout


class Consumer(ConanFile):
    """The consumer of tests/package, which knows of no Conan."""

    settings = "os", "arch", "compiler", "build_type"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        options = self.dependencies["pgsync"].options
        half = "compiled" if options.compiled else "program" if options.runtime else "shape"
        toolchain.cache_variables["CONSUMER_HALF"] = half
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder=str(pathlib.Path(self.recipe_folder).parents[2] / "tests/package/find_package"))
        cmake.build()

    def test(self):
        if can_run(self):
            program = pathlib.Path(self.build_folder) / self.cpp.build.bindir / "consumer"
            self.run(f'"{program}" explain', env="conanrun")
