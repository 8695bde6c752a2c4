// SPDX-License-Identifier: MIT
#pragma once

#include "records.hpp"

#include <filesystem>

namespace backup {

/// Removes the manifest of a former backup, and then its copies. Throws
/// std::filesystem::filesystem_error.
void remove_former_backup(const std::filesystem::path& target);

/// Writes `SHA256SUMS`, which `sha256sum --check` understands, and
/// `manifest.txt`, which has the sizes too, both sorted by path. A backup that
/// has them is complete but for the problems that it told of. Throws
/// std::system_error.
void write_manifest(const std::filesystem::path& target, packed_files files);

} // namespace backup
