#include "node/cli/doctor/machine_checks.h"

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/cli/text.h"
#include "node/store/os_error.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLittleSpace = std::uint64_t{200} * 1024 * 1024;
// 2024-01-01. A clock before it was never set.
constexpr std::int64_t kPlausible = 1704067200;

/// The folder, or the nearest one above it that is there.
fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  while (!path.empty() && !fs::exists(path, ignored) && path.has_parent_path()
         && path != path.parent_path())
    path = path.parent_path();
  return path;
}

bool file_says(const fs::path& file, const std::string& line) {
  std::ifstream in(file);
  for (std::string read; std::getline(in, read);) {
    if (read == line) return true;
  }
  return false;
}

}  // namespace

Finding check_state(const store::StatePaths& paths) {
  Finding finding{.name = "state", .what = paths.dir, .fix = {}};
  const fs::path at = nearest_existing(paths.dir);
  if (::access(at.c_str(), W_OK | X_OK) == 0) return finding;
  finding.verdict = Verdict::fail;
  finding.what = "nothing can be written in " + at.string();
  finding.fix = "make it yours (chown), or choose another folder with --state DIR";
  return finding;
}

Finding check_key(const store::StatePaths& paths) {
  Finding finding{.name = "key", .what = {}, .fix = {}};
  struct stat info {};
  if (::stat(paths.key.c_str(), &info) != 0) {
    finding.what = "none yet; the first `freshet up` makes it";
    return finding;
  }
  if ((info.st_mode & 077U) != 0) {
    finding.verdict = Verdict::fail;
    finding.what = "others may read " + paths.key;
    finding.fix = "chmod 600 " + paths.key;
    return finding;
  }
  if (::access(paths.key.c_str(), R_OK) != 0) {
    finding.verdict = Verdict::fail;
    finding.what = "cannot read " + paths.key + ": it belongs to another user";
    finding.fix = "run freshet as its owner, or choose another folder with --state DIR";
    return finding;
  }
  finding.what = "readable by its owner alone";
  return finding;
}

Finding check_disk(const store::StatePaths& paths) {
  Finding finding{.name = "disk", .what = {}, .fix = {}};
  struct statvfs info {};
  const fs::path at = nearest_existing(paths.downloads);
  if (::statvfs(at.c_str(), &info) != 0) {
    finding.verdict = Verdict::fail;
    finding.what = "cannot tell the space at " + at.string();
    finding.fix = "check that the disk is mounted";
    return finding;
  }
  const std::uint64_t free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
  finding.what = human_size(free_bytes) + " free for downloads at " + at.string();
  if ((info.f_flag & ST_RDONLY) != 0) {
    finding.verdict = Verdict::fail;
    finding.what = at.string() + " is mounted read-only";
    finding.fix = "mount it for writing, or choose another folder with --state DIR";
  } else if (free_bytes < kLittleSpace) {
    finding.verdict = Verdict::fail;
    finding.fix = "free some space, or choose another folder with --state DIR";
  }
  return finding;
}

Finding check_clock(std::int64_t now) {
  Finding finding{.name = "clock", .what = {}, .fix = {}};
  const std::time_t time = now;
  std::array<char, 40> text{};
  std::tm parts{};
  if (::gmtime_r(&time, &parts) != nullptr)
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  finding.what = text.data();
  if (now >= kPlausible) return finding;
  // Nothing in the protocol needs the right time; ages of files in searches do.
  finding.verdict = Verdict::note;
  finding.fix = "set the date: searches by age (newer:7d) answer wrongly with this one";
  return finding;
}

Finding check_firewall(const std::string& root, std::uint16_t port) {
  const fs::path top(root);
  const std::string number = std::to_string(port);
  Finding finding{.name = "firewall", .what = "none is known to be on", .fix = {}};
  std::error_code ignored;
  if (file_says(top / "etc/ufw/ufw.conf", "ENABLED=yes")) {
    finding.verdict = Verdict::note;
    finding.what = "ufw is on";
    finding.fix = "if peers cannot reach you: sudo ufw allow " + number;
  } else if (fs::exists(top / "run/firewalld", ignored)) {
    finding.verdict = Verdict::note;
    finding.what = "firewalld is on";
    finding.fix = "if peers cannot reach you: sudo firewall-cmd --add-port=" + number
                  + "/tcp --add-port=" + number + "/udp (and again with --permanent)";
  } else if (fs::exists(top / "sys/module/nf_tables", ignored)) {
    finding.verdict = Verdict::note;
    finding.what = "the kernel filters with nftables; whether it drops anything is not known";
    finding.fix =
        "if peers cannot reach you: sudo nft list ruleset, and accept tcp and udp dport " + number;
  }
  return finding;
}

}  // namespace freshet::cli
