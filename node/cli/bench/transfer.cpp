// One daemon fetches files from another: from the request to the verified file under its own name,
// through the disk's cache.
#include <chrono>
#include <fstream>

#include "node/api/control_client.h"
#include "node/base/rng.h"
#include "node/cli/bench/figure.h"
#include "node/cli/bench/load/process_use.h"
#include "node/cli/local_mesh.h"
#include "node/cli/results_out.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kFiles = 3;
constexpr std::size_t kFileBytes = std::size_t{256} << 20U;
constexpr std::size_t kFewBytes = std::size_t{4} << 20U;
constexpr api::Millis kTransferPatience{20'000};

Status write_random(const fs::path& path, std::size_t bytes, std::uint64_t seed) {
  std::vector<std::uint64_t> block(std::size_t{1} << 17U);
  Rng rng = Rng::from_seed(seed);
  for (std::uint64_t& word : block) word = rng.next_u64();
  const std::size_t block_bytes = block.size() * sizeof block[0];
  std::ofstream file(path, std::ios::binary);
  for (std::size_t done = 0; done < bytes && file && !interrupted(); done += block_bytes) {
    ++block[0];  // no two pieces alike
    file.write(reinterpret_cast<const char*>(block.data()),
               static_cast<std::streamsize>(block_bytes));
  }
  if (!file.flush()) return Error{ErrorCode::io, "cannot write " + path.string() + ": no room?"};
  return kOk;
}

std::string word_of(std::size_t file) {
  return "parcel" + std::string(1, static_cast<char>('a' + file));
}

Result<LocalMesh> pair_of_nodes(const BenchPlan& plan, std::size_t file_bytes) {
  std::error_code failed;
  const auto space = fs::space(plan.folder, failed);
  const std::size_t needed = 2 * kFiles * file_bytes;
  if (!failed && space.available < needed) {
    return Error{ErrorCode::io,
                 "measuring a transfer takes " + human_size(needed) + " in "
                     + plan.folder.parent_path().string()
                     + ": set TMPDIR to a folder with more room, or take --short"};
  }
  LocalMesh mesh(plan.program, plan.folder / "transfer");
  fs::create_directories(mesh.share_of(0), failed);
  for (std::size_t file = 0; file < kFiles; ++file) {
    const fs::path path = mesh.share_of(0) / (word_of(file) + ".bin");
    if (Status written = write_random(path, file_bytes, file); !written) return written.error();
  }
  if (interrupted()) return interruption();
  if (Status started = mesh.start_node({}); !started) return started.error();
  if (Status started = mesh.start_node({0}); !started) return started.error();
  if (Status settled = mesh.settle({{0, 1}}); !settled) return settled.error();
  return mesh;
}

// Seconds.
Result<double> fetch(const LocalMesh& mesh, const std::string& word, const fs::path& to) {
  auto client = api::ControlClient::connect(mesh.state_of(1).string());
  if (!client) return client.error();
  api::SearchRequest search;
  search.words = {word};
  search.limit = 1;
  search.timeout = kTransferPatience;
  const auto found = client->call(search, kTransferPatience);
  if (!found) return found.error();
  api::GetRequest get;
  get.what = "1";
  get.folder = to.string();
  get.timeout = kTransferPatience;
  const auto began = Steady::now();
  bool stopped = false;
  const auto done = client->call(
      get, kTransferPatience, [&](const auto&) { stopped = stopped || interrupted(); });
  const std::chrono::duration<double> took = Steady::now() - began;
  if (stopped || interrupted()) return interruption();
  if (!done) return done.error();
  return took.count();
}

}  // namespace

Result<Figures> measure_transfer(const BenchPlan& plan) {
  const std::size_t file_bytes = plan.size(kFileBytes, kFewBytes);
  const auto mesh = pair_of_nodes(plan, file_bytes);
  if (!mesh) return mesh.error();
  const auto used = [&](std::size_t node) {
    return bench::cpu_seconds(mesh->pid_of(node));
  };
  const fs::path to = plan.folder / "fetched";
  std::error_code failed;
  fs::create_directories(to, failed);
  const double sender = used(0);
  const double receiver = used(1);
  std::vector<double> speeds;
  for (std::size_t file = 0; file < kFiles; ++file) {
    const auto seconds = fetch(*mesh, word_of(file), to);
    if (!seconds) return seconds.error();
    speeds.push_back(static_cast<double>(file_bytes) / *seconds / 1e6);
  }
  const double gigabytes = static_cast<double>(kFiles * file_bytes) / 1e9;
  const std::string size = human_size(file_bytes);
  return Figures{{.key = "mb_per_second",
                  .what = "fetch of " + size + ", verified and on disk",
                  .value = quantile(speeds, 0.5),
                  .unit = "MB/s"},
                 {.key = "sender_cpu_seconds_per_gb",
                  .what = "CPU time of who sends it",
                  .value = (used(0) - sender) / gigabytes,
                  .digits = 2,
                  .unit = "s per GB"},
                 {.key = "receiver_cpu_seconds_per_gb",
                  .what = "CPU time of who fetches it",
                  .value = (used(1) - receiver) / gigabytes,
                  .digits = 2,
                  .unit = "s per GB"}};
}

}  // namespace freshet::cli
