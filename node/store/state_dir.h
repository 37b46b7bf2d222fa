// Where a node keeps what outlives it: resolves the state folder, names the files in it, and locks
// it. It reads no file's content.
//
// Without an explicit folder everything is in $XDG_DATA_HOME/freshet (~/.local/share/freshet).
#pragma once

#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// What the environment says about folders; a value, so that tests can make one.
struct Environment {
  std::string home;
  std::string xdg_data_home;

  /// Of this process. Call it before threads start.
  static Environment current();
};

/// All absolute.
struct StatePaths {
  std::string dir;
  std::string key;         ///< DIR/key.pem
  std::string catalogue;   ///< DIR/catalogue.sqlite
  std::string host_cache;  ///< DIR/hosts
  std::string mesh;        ///< DIR/mesh
  std::string downloads;   ///< DIR/downloads/
  std::string lock;        ///< DIR/lock
};

/// Names the files of `dir`, or of the XDG folder. Creates and locks nothing: this is what a client
/// calls. Errors: invalid (an empty DIR, no HOME).
Result<StatePaths> resolve_state(const std::optional<std::string>& dir,
                                 const Environment& environment);

/// The state folder in this process's hands, until it is destroyed or the process ends.
class StateDir {
 public:
  /// Creates the folders (0700) where they are missing and takes the exclusive lock (flock, so that
  /// kill -9 leaves nothing behind). Errors: io; also when another daemon holds the lock, with its
  /// process id in the message.
  static Result<StateDir> open(const StatePaths& paths);

  [[nodiscard]] const StatePaths& paths() const { return paths_; }

 private:
  StateDir(StatePaths paths, UniqueFd lock) : paths_(std::move(paths)), lock_(std::move(lock)) {}

  StatePaths paths_;
  UniqueFd lock_;
};

}  // namespace freshet::store
