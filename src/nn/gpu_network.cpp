#include "nn/gpu_network.hpp"

#include <algorithm>
#include <bit>

#include "gpu/transfer.hpp"
#include "nn/evaluate.hpp"
#include "nn/gpu_kernels.hpp"

namespace scorefield::nn {
namespace {

Matrix matrix_of(const data::Tensor& tensor) {
    Matrix matrix;
    matrix.rows = tensor.shape.size() == 1 ? 1 : tensor.shape[0];
    matrix.columns = tensor.shape.back();
    matrix.values.assign(tensor.values.begin(), tensor.values.end());
    return matrix;
}

}  // namespace

std::uint32_t workgroup_size(const gpu::Device& device, std::uint32_t wanted) {
    const gpu::DeviceProperties& limits = device.properties();
    return std::bit_floor(std::min({wanted, limits.max_workgroup_invocations, limits.max_workgroup_size[0]}));
}

std::uint32_t network_group(const gpu::Device& device) {
    return workgroup_size(device, device.properties().is_software ? 512 : 128);
}

std::uint32_t block_size(const gpu::Device& device) {
    return device.properties().is_software ? 16384 : 131072;
}

void pack_matrix(std::span<const float> matrix, std::size_t rows, std::size_t columns, std::size_t stride,
                 std::span<float> packed) {
    for (std::size_t row = 0; row < rows; ++row) {
        std::copy_n(matrix.begin() + static_cast<std::ptrdiff_t>(row * columns), columns,
                    packed.begin() + static_cast<std::ptrdiff_t>(row * stride));
    }
}

GpuNetwork::GpuNetwork(gpu::Device& device, const MlpConfig& config, const data::TensorMap& tensors)
    : device_(device), config_(config) {
    for (const auto& [name, tensor] : tensors) parameters_[name] = matrix_of(tensor);
    network_ = build_mlp(graph_, config_, TimeRows::shared);
    layers_ = dense_chain(graph_, network_.x, network_.output);
    kernels_ = make_fused_kernels(device_, layers_);
    if (!kernels_) kernels_ = make_dense_kernels(device_, layers_);
    const std::vector<float> packed = kernels_->pack_weights(tensors);
    weights_ = gpu::make_buffer<float>(device_, "network weights", packed);
}

GpuNetwork::~GpuNetwork() = default;

const std::string& GpuNetwork::variant() const {
    return kernels_->variant();
}

double GpuNetwork::operations() const {
    double operations = 0;
    for (const DenseLayer& layer : layers_) operations += 2.0 * static_cast<double>(layer.inputs * layer.outputs);
    return operations;
}

void GpuNetwork::set_times(std::span<const double> c_noise) {
    Bindings bindings;
    for (const auto& [name, matrix] : parameters_) bindings[name] = &matrix;
    std::vector<Value> addends;
    for (const DenseLayer& layer : layers_) addends.push_back(layer.addend);

    const std::size_t row_floats = kernels_->row_floats();
    staging_ =
        gpu::Buffer(device_, "time table staging", c_noise.size() * row_floats * sizeof(float), gpu::MemoryUse::upload);
    const std::span<float> table = staging_.mapped<float>();
    for (std::size_t row = 0; row < c_noise.size(); ++row) {
        Matrix time(1, 1);
        time.at(0, 0) = c_noise[row];
        bindings["c_noise"] = &time;
        std::vector<std::vector<float>> values;
        for (const Matrix& addend : evaluate(graph_, bindings, addends)) {
            values.emplace_back(addend.values.begin(), addend.values.end());
        }
        kernels_->pack_row(values, table.subspan(row * row_floats, row_floats));
    }
    if (!rows_ || rows_.bytes() < staging_.bytes()) rows_ = gpu::Buffer(device_, "time table", staging_.bytes());
    uploads_pending_ = true;
}

void GpuNetwork::record_uploads(gpu::Recorder& recorder) {
    if (!uploads_pending_) return;
    recorder.copy(staging_, 0, rows_, 0, staging_.bytes());
    uploads_pending_ = false;
}

void GpuNetwork::record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval) const {
    kernels_->record(recorder, weights_, rows_, values, eval);
}

}  // namespace scorefield::nn
