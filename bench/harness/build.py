"""Builds the programs of every peer that the machine can build, and says why for the others.

Nothing is fetched: Go programs need only its standard library, the Tokio programs are built from
the distribution's crates. Everything lands in the build directory, nothing in the checkout.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
FLAGS = ["-O2", "-Wall", "-Wextra", f"-I{BENCH}"]
CRATES = Path("/usr/share/cargo/registry")
EXTENSIONS = {"c": ".c", "ouro": ".c", "libuv": ".c", "asio": ".cpp", "go": ".go", "tokio": ".rs",
              "python": ".py"}


class BuildError(Exception):
    """Carries the reason in one line."""


def run(command, what, **options):
    try:
        result = subprocess.run(command, capture_output=True, text=True, **options)
    except FileNotFoundError:
        raise BuildError(f"{command[0]} is not installed") from None
    if result.returncode != 0:
        lines = [line for line in (result.stderr + result.stdout).splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines
        raise BuildError(f"{what}: {errors[0].strip() if errors else 'failed'}")
    return result.stdout.strip()


class Builder:
    def __init__(self, directory, compiler, library=None):
        self.directory = Path(directory)
        self.compiler = compiler
        self.library = Path(library) if library else None
        self.prepared = {}
        self.built = {}

    def source(self, peer, program):
        return BENCH / peer.folder / f"{program}{peer.suffix}{EXTENSIONS[peer.toolchain]}"

    def command(self, peer, program):
        """The argument vector that starts the program; builds it first if need be."""
        source = self.source(peer, program)
        if source not in self.built:
            try:
                self.built[source] = self.build(peer.toolchain, peer.folder, source)
            except BuildError as error:
                self.built[source] = error
        if isinstance(self.built[source], BuildError):
            raise self.built[source]
        return self.built[source]

    def tool(self, relative):
        """A helper, such as a load generator."""
        source = BENCH / relative
        if source.suffix == ".py":
            return [sys.executable, "-B", str(source)]
        return self.compile_c(source, self.output(source), [])

    def output(self, source):
        target = self.directory / source.parent.relative_to(BENCH) / source.stem
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def build(self, toolchain, folder, source):
        if toolchain == "python":
            return self.once("python", self.find_python) + [str(source)]
        if toolchain == "tokio":
            return [str(self.once("tokio", self.build_tokio) / source.stem)]
        target = self.output(source)
        if toolchain == "go":
            return self.compile_go(source, target)
        if toolchain == "libuv":
            return self.compile_c(source, target, self.once("libuv", self.find_libuv))
        if toolchain == "ouro":
            library = self.once("ouro", self.find_ouro)
            return self.compile_c(source, target,
                                  [f"-I{ROOT / 'include'}", str(library), "-lpthread", "-ldl"])
        if toolchain == "asio":
            return self.compile_asio(source, target)
        return self.compile_c(source, target, [])

    def once(self, key, prepare):
        """What `prepare` found the first time, or its failure again."""
        if key not in self.prepared:
            try:
                self.prepared[key] = prepare()
            except BuildError as error:
                self.prepared[key] = error
        if isinstance(self.prepared[key], BuildError):
            raise self.prepared[key]
        return self.prepared[key]

    def compile_c(self, source, target, extra):
        if source.parent.name in ("load", "ouro") or "tls" in source.stem:
            extra = [*extra, *self.once("openssl", self.find_openssl)]
        run([self.compiler, "-std=gnu17", *FLAGS, str(source), "-o", str(target), *extra],
            source.name)
        return [str(target)]

    def compile_asio(self, source, target):
        """The stand-alone form, without Boost; all of it is headers."""
        compiler = os.environ.get("CXX", "g++")
        try:
            run([compiler, "-std=gnu++17", *FLAGS, "-DASIO_STANDALONE", str(source), "-o",
                 str(target), "-lpthread"], source.name)
        except BuildError as error:
            if "asio.hpp" in str(error):
                raise BuildError("libasio-dev is not installed") from None
            raise
        return [str(target)]

    def asio_version(self):
        try:
            text = run([os.environ.get("CXX", "g++"), "-E", "-P", "-x", "c++", "-"], "asio",
                       input="#include <asio/version.hpp>\nASIO_VERSION\n")
        except BuildError:
            return None
        number = int(text.splitlines()[-1])
        return f"{number // 100000}.{number // 100 % 1000}.{number % 100}"

    def find_openssl(self):
        return run(["pkg-config", "--cflags", "--libs", "libssl", "libcrypto"],
                   "libssl-dev is not installed").split()

    def find_libuv(self):
        flags = run(["pkg-config", "--cflags", "--libs", "libuv"], "libuv1-dev is not installed")
        return flags.split()

    def compile_go(self, source, target):
        environment = dict(os.environ, GO111MODULE="off", GOFLAGS="", GOPROXY="off",
                           GOCACHE=str(self.directory / "go-cache"), CGO_ENABLED="0")
        run(["go", "build", "-o", str(target), str(source.parent / "common.go"), str(source)],
            source.name, env=environment)
        return [str(target)]

    def build_tokio(self):
        if shutil.which("cargo") is None:
            raise BuildError("cargo is not installed")
        if not any(CRATES.glob("tokio-[0-9]*")):
            raise BuildError("the distribution's crates are not installed (librust-tokio-dev)")
        # cargo writes its lock file beside the manifest, so it works on a copy.
        copy = self.directory / "tokio"
        shutil.copytree(BENCH / "tokio", copy, dirs_exist_ok=True)
        run(["cargo", "build", "--release", "--offline", "--quiet",
             "--config", 'source.crates-io.replace-with="distribution"',
             "--config", f'source.distribution.directory="{CRATES}"'],
            "cargo", cwd=copy)
        return copy / "target" / "release"

    def find_python(self):
        # The distribution's interpreter where there is one: a wrapper in front of it would count.
        for candidate in ("/usr/bin/python3", shutil.which("python3")):
            if candidate and os.access(candidate, os.X_OK):
                return [candidate, "-E", "-B"]
        raise BuildError("python3 is not installed")

    def find_ouro(self):
        """The static library as packagers build it, always up to date with the sources."""
        if self.library is not None:
            if not self.library.exists():
                raise BuildError(f"{self.library} does not exist")
            return self.library
        directory = self.directory / "libouro"
        run(["cmake", "-S", str(ROOT), "-B", str(directory), "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
             f"-DCMAKE_C_COMPILER={self.compiler}", "-DOURO_BUILD_TESTS=OFF",
             "-DOURO_BUILD_EXAMPLES=OFF"], "cmake")
        run(["cmake", "--build", str(directory), "--target", "ouro_static"], "libouro")
        return directory / "libouro.a"

    def versions(self):
        """What the peers are, for the record."""
        def version(command):
            try:
                lines = run(command, command[0]).splitlines()
            except BuildError:
                return None
            return lines[0] if lines else None

        tokio = sorted(path.name for path in CRATES.glob("tokio-[0-9]*"))
        return {
            "compiler": version([self.compiler, "--version"]),
            "libuv": version(["pkg-config", "--modversion", "libuv"]),
            "asio": self.asio_version(),
            "go": version(["go", "version"]),
            "tokio": tokio[-1] if tokio else None,
            "asyncio": version(["/usr/bin/python3", "--version"]),
        }
