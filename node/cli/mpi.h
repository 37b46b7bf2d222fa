// The ranks of an MPI job, where this process is one.
#pragma once

#include <memory>

#include "node/base/result.h"
#include "node/bench/spread.h"

namespace freshet::cli {

/// Alone, unless mpirun or srun started several. Lives as long as anything is gathered. Errors: io,
/// when this program was built without MPI.
class Ranks {
 public:
  static Result<std::unique_ptr<Ranks>> join();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  ~Ranks();

  [[nodiscard]] bench::Spread spread() const;
  /// The one that prints and writes.
  [[nodiscard]] bool is_first() const { return rank_ == 0; }

 private:
  Ranks() = default;

  void* module_ = nullptr;
  unsigned rank_ = 0;
  unsigned size_ = 1;
};

}  // namespace freshet::cli
