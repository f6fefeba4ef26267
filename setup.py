"""Map the root folders into the one import package, `whence` (see CONTRIBUTING.md)."""

from setuptools import find_packages, setup

FOLDERS = ("agent", "tools", "memory", "prompts", "evals")
packages, package_dir = ["whence"], {"whence": "src/whence"}
for folder in FOLDERS:
    packages += [f"whence.{folder}", *(f"whence.{folder}.{name}" for name in find_packages(folder))]
    package_dir[f"whence.{folder}"] = folder

setup(packages=packages, package_dir=package_dir)
