#include "node/store/state_dir.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/bytes.h"
#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {

namespace {

constexpr mode_t kPrivateFolder = S_IRWXU;

std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the contract of Environment::current() says when.
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// XDG Base Directory: a relative path in a variable is to be ignored.
bool usable(const std::string& folder) {
  return !folder.empty() && folder.front() == '/';
}

Result<std::string> state_folder(const std::optional<std::string>& dir,
                                 const Environment& environment) {
  if (dir) {
    if (dir->empty()) return Error{ErrorCode::invalid, "--state is empty; give it a folder"};
    std::error_code why;
    std::filesystem::path absolute = std::filesystem::absolute(*dir, why).lexically_normal();
    if (why) return os_error("cannot resolve", *dir, why.value());
    if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
    return absolute.string();
  }
  if (usable(environment.xdg_data_home)) return environment.xdg_data_home + "/freshet";
  if (usable(environment.home)) return environment.home + "/.local/share/freshet";
  return Error{ErrorCode::invalid, "neither HOME nor XDG_DATA_HOME is set; say --state DIR"};
}

Result<UniqueFd> take_lock(const StatePaths& paths) {
  UniqueFd fd(::open(paths.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateFile));
  if (!fd) return os_error("cannot open", paths.lock, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return os_error("cannot lock", paths.lock, errno);
    std::array<Byte, 16> owner{};
    const auto length = read_some_at(fd.get(), 0, owner, paths.lock);
    std::string who(text_of(ByteView(owner).first(length ? *length : 0)));
    while (!who.empty() && who.back() == '\n') who.pop_back();
    return Error{ErrorCode::io,
                 "a daemon" + (who.empty() ? who : " (process " + who + ")") + " already runs on "
                     + paths.dir + "; stop it with `freshet down`, or choose another --state DIR"};
  }
  // Only for the message above; the lock is the flock.
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0) return os_error("cannot write", paths.lock, errno);
  if (auto written = write_all_at(fd.get(), 0, bytes_of(process), paths.lock); !written) {
    return written.error();
  }
  return fd;
}

}  // namespace

Environment Environment::current() {
  return {variable("HOME"), variable("XDG_DATA_HOME")};
}

Result<StatePaths> resolve_state(const std::optional<std::string>& dir,
                                 const Environment& environment) {
  auto folder = state_folder(dir, environment);
  if (!folder) return folder.error();
  StatePaths paths;
  paths.dir = std::move(*folder);
  paths.key = paths.dir + "/key.pem";
  paths.catalogue = paths.dir + "/catalogue.sqlite";
  paths.host_cache = paths.dir + "/hosts";
  paths.mesh = paths.dir + "/mesh";
  paths.downloads = paths.dir + "/downloads";
  paths.lock = paths.dir + "/lock";
  return paths;
}

Result<StateDir> StateDir::open(const StatePaths& paths) {
  if (auto made = make_folders(paths.dir, kPrivateFolder); !made) return made.error();
  auto lock = take_lock(paths);
  if (!lock) return lock.error();
  if (auto made = make_folders(paths.downloads, kPrivateFolder); !made) return made.error();
  return StateDir(paths, std::move(*lock));
}

}  // namespace freshet::store
