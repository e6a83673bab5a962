#pragma once

#include <string>

#include <pgsync/base/error.hpp>

namespace pgsync::elastic {

/// A request to which the cluster has answered with one and the same error of its own for minutes: it is
/// there, and trying again is of no use.
class refused_always : public error {
  public:
    refused_always(const std::string& what, const std::string& remedy) : error(errc::index, what, remedy) {}
};

}  // namespace pgsync::elastic
