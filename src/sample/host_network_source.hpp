#pragma once

#include <memory>
#include <string>

#include "nn/host_network.hpp"
#include "sample/host_source.hpp"

namespace scorefield::sample {

/// A network as a score source on the host.
class HostNetworkSource final : public HostSource {
  public:
    explicit HostNetworkSource(nn::HostNetwork network) : network_(std::move(network)) {}

    std::size_t dim() const override { return network_.dim(); }
    double operations() const override { return network_.operations(); }
    const std::string& variant() const override { return network_.variant(); }
    std::unique_ptr<HostEvaluations> make_evaluations() const override;

  private:
    nn::HostNetwork network_;
};

}  // namespace scorefield::sample
