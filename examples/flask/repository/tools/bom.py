"""Prints the components of the application as CycloneDX.

They come from Debian's packages, so these say who needs whom; Python's own
metadata says under which licence each one is.
"""

import json
import re
import subprocess
from importlib.metadata import PathDistribution
from pathlib import Path

PYTHON = re.compile(r"^python3-[a-z0-9.+-]+$")
NEEDED = ["python3-flask"]


def ask(*words):
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return done.stdout


def installed():
    lines = ask("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\\n")
    words = [line.split() for line in lines.splitlines()]
    return {package for status, package in words if status == "installed"}


INSTALLED = installed()


def needs(package):
    """The packages of Python that it depends on and that are here."""
    depends = ask("dpkg-query", "-W", "-f", "${Depends}", package)
    parts = [part.split() for part in re.split("[,|]", depends)]
    names = [words[0].split(":")[0] for words in parts if words]
    return [name for name in names if PYTHON.match(name) and name in INSTALLED]


def distribution(package):
    for line in ask("dpkg", "-L", package).splitlines():
        if line.endswith((".dist-info", ".egg-info")):
            return PathDistribution(Path(line))
    raise SystemExit(f"{package} has no metadata: its licence is not known")


def licences(found):
    """Its own word, else those of its classifiers."""
    text = (found.metadata["License"] or "").strip()
    if text and text != "UNKNOWN" and "\n" not in text:
        return [text]
    lines = found.metadata.get_all("Classifier") or []
    return [line for line in lines if line.startswith("License :: ")]


def component(package):
    found = distribution(package)
    name = found.metadata["Name"]
    return {
        "type": "library",
        "bom-ref": package,
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name.lower()}@{found.version}",
        "licenses": [{"license": {"name": text}} for text in licences(found)],
    }


def main():
    wanted, components, dependencies = list(NEEDED), {}, []
    while wanted:
        package = wanted.pop()
        if package in components:
            continue
        components[package] = component(package)
        dependencies.append({"ref": package, "dependsOn": needs(package)})
        wanted += needs(package)
    dependencies.append({"ref": "guestbook", "dependsOn": NEEDED})
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {"component": {"bom-ref": "guestbook", "name": "guestbook"}},
        "components": list(components.values()),
        "dependencies": dependencies,
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
