// Names of files as a share may have them, for benchmarks of the index. The same for the same seed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace freshet::bench {

/// Of about 30,000 distinct words, drawn with a skew. `ascii`: without a letter beyond it.
std::vector<std::string> sample_names(std::size_t count, bool ascii);

}  // namespace freshet::bench
