#pragma once

#include <string>

#include <pgsync/base/error.hpp>

namespace pgsync::elastic {

/// Thrown when the cluster has answered a request with one and the same error for minutes: it is up, and
/// retrying is useless.
class refused_always : public error {
  public:
    refused_always(const std::string& what, const std::string& remedy) : error(errc::index, what, remedy) {}
};

}  // namespace pgsync::elastic
