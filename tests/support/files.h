// Files with known content: written from a seed, read and hashed back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::testing {

/// Creates the file and the folders above it.
void write_file(const std::filesystem::path& path, std::string_view content);
/// `size_bytes` pseudo-random bytes; the same seed gives the same bytes everywhere.
void write_random_file(const std::filesystem::path& path,
                       std::uint64_t size_bytes,
                       std::uint64_t seed);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// Lower-case hexadecimal SHA-256 of the whole file.
[[nodiscard]] std::string sha256_of(const std::filesystem::path& path);
/// Every regular file below `folder`, not through symlinks, no dotfiles, sorted.
[[nodiscard]] std::vector<std::filesystem::path> regular_files(const std::filesystem::path& folder);

/// Flips one bit in every 16 KiB of the file, and leaves size and modification time as they were.
void corrupt_in_place(const std::filesystem::path& path);

}  // namespace freshet::testing
