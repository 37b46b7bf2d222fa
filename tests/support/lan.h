// A LAN for tests: machines are network namespaces, switches are bridges, all in a namespace that
// the test process makes for itself, so that nothing is left on the host. Throws std::runtime_error
// when a command of ip(8) fails.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace freshet::testing {

/// Enters a network namespace of the process's own, once; later calls answer the same. False where
/// the machine does not allow it; the caller then skips, and says so.
bool enter_lan();

/// Runs a program of the system to its end. Throws when it fails.
void run_or_throw(const std::vector<std::string>& args);

/// A switch in the namespace of the test.
class Switch {
 public:
  explicit Switch(std::string name);
  ~Switch();
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;
  Switch(Switch&&) = delete;
  Switch& operator=(Switch&&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// A machine, as long as it lives. Its loopback interface is up.
class Machine {
 public:
  /// `number` tells machines apart; files go below `dir`.
  Machine(const std::filesystem::path& dir, int number);

  /// A cable from its interface `interface` to a switch: addresses (CIDR) first, then up.
  void plug(const Switch& to,
            const std::string& interface,
            const std::vector<std::string>& addresses) const;
  /// What goes before a program to run it here; it execs what follows.
  [[nodiscard]] std::vector<std::string> wrapper() const;
  /// Runs a program here to its end. Throws when it fails.
  void run(const std::vector<std::string>& args) const;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
  Process holder_;
};

}  // namespace freshet::testing
