#include "node/store/types.h"

#include "node/store/file_io.h"

namespace freshet::store {

std::string ShareLocation::base() const {
  return single_file ? parent_folder(path) : path;
}

}  // namespace freshet::store
