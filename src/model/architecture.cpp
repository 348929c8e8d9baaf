#include "model/architecture.hpp"

#include <fmt/format.h>

namespace scorefield::model {

std::size_t dim_of(const Architecture& network) {
    return std::visit([](const auto& config) { return config.dim; }, network);
}

std::size_t classes_of(const Architecture& network) {
    return std::visit([](const auto& config) { return config.classes; }, network);
}

std::vector<nn::TensorSpec> tensors_of(const Architecture& network) {
    return std::visit([](const nn::MlpConfig& mlp) { return nn::mlp_tensors(mlp); }, network);
}

std::size_t trained_weights_of(const Architecture& network) {
    return std::visit([](const nn::MlpConfig& mlp) { return nn::trained_weights(mlp); }, network);
}

std::string size_text(const Architecture& network) {
    return std::visit([](const nn::MlpConfig& mlp) { return fmt::format("{} × {}", mlp.width, mlp.depth); }, network);
}

}  // namespace scorefield::model
