// The list of a stranger's folder.
#include "node/wire/bt/folder_list.h"

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto list = read_folder_list(input);
  if (!list) return 0;
  if (list->files.empty() || list->files.size() > kMaxFolderFiles) std::abort();
  std::set<std::vector<std::string>> seen;
  for (const ListedFile& file : list->files) {
    for (const std::string& part : file.path) {
      if (part.empty() || part == ".." || part.find('/') != std::string::npos) std::abort();
    }
    if (file.path.empty() || !seen.insert(file.path).second) std::abort();
  }
  const Bytes again = encode_folder_list(*list);
  if (!std::equal(again.begin(), again.end(), input.begin(), input.end())) std::abort();
  return 0;
}
