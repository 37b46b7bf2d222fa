// CLI11's name without its weight, for headers.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): it is theirs
class App;
}
