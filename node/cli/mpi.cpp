#include "node/cli/mpi.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <dlfcn.h>

namespace freshet::cli {
namespace {

using Begin = void (*)(unsigned*, unsigned*);
using Gather = void (*)(const char*, std::size_t, void*, void (*)(void*, const char*, std::size_t));
using End = void (*)();

template <typename Function>
Function symbol(void* module, const char* name) {
  return reinterpret_cast<Function>(dlsym(module, name));
}

// What Open MPI's mpirun, and Slurm's srun with PMIx or PMI-2, set.
bool is_started_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_SIZE"}) {
    if (std::getenv(name) != nullptr) return true;  // NOLINT(concurrency-mt-unsafe)
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Ranks>> Ranks::join() {
  std::unique_ptr<Ranks> ranks(new Ranks);
  if (!is_started_by_mpi()) return ranks;
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::string file = (program.parent_path() / "libfreshet_mpi.so").string();
  ranks->module_ = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (ranks->module_ == nullptr) {
    return Error{ErrorCode::io,
                 "started by MPI, but built without it: install libopenmpi-dev and build again ("
                     + file + " is not there)"};
  }
  symbol<Begin>(ranks->module_, "freshet_mpi_begin")(&ranks->rank_, &ranks->size_);
  return ranks;
}

Ranks::~Ranks() {
  if (module_ != nullptr) symbol<End>(module_, "freshet_mpi_end")();
}

bench::Spread Ranks::spread() const {
  bench::Spread spread{.rank = rank_, .size = size_, .gather = {}};
  if (module_ == nullptr) return spread;
  spread.gather = [gather =
                       symbol<Gather>(module_, "freshet_mpi_gather")](const std::string& bytes) {
    std::vector<std::string> all;
    gather(bytes.data(), bytes.size(), &all, [](void* context, const char* from, std::size_t size) {
      static_cast<std::vector<std::string>*>(context)->emplace_back(from, size);
    });
    return all;
  };
  return spread;
}

}  // namespace freshet::cli
