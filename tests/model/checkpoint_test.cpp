#include "model/checkpoint.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "data/points.hpp"
#include "data/safetensors.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::model {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr nn::MlpConfig kNetwork = {2, 3, 1, 2, 2};

Checkpoint small_checkpoint() {
    Checkpoint checkpoint;
    checkpoint.network = kNetwork;
    checkpoint.process.horizon = 100;
    checkpoint.process.beta_end = 0.1;
    checkpoint.prediction = diffusion::Prediction::v;
    checkpoint.data = "moons";
    checkpoint.scaling = {{0.1, 1.0 / 3}, {0.7, 0.7}};
    checkpoint.clean_moments = diffusion::AxisMoments{{0.01, -1.0 / 7}, {0.9, 1.1}};
    checkpoint.training = {{"steps", "10"}};
    checkpoint.tensors = nn::initial_weights(kNetwork, 1, nn::frequencies_of_levels(99));
    // All tensors but time.frequencies: 3·2 + 3 + 3·4, then 3·3 + 3 + 3·4, then 2·3 + 2, then 3·2.
    constexpr std::size_t kTrained = 59;
    checkpoint.state = {std::vector<float>(kTrained, 0.1F), std::vector<float>(kTrained, -1e-30F),
                        std::vector<float>(kTrained, 3e30F)};
    return checkpoint;
}

class CheckpointFile : public testing::Test {
  protected:
    const base::ScratchFolder folder;
    const fs::path path = folder / "model.safetensors";

    std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    void replace(const std::string& bytes) const {
        std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    /// Reading is refused as a mistake in the request, by a line that names the file.
    void expect_refused(const std::string& what) const {
        try {
            read_checkpoint(path);
            ADD_FAILURE() << what << " was accepted";
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request) << what;
            EXPECT_THAT(error.what(), HasSubstr(path.string())) << what;
        }
    }
};

TEST_F(CheckpointFile, HoldsAllThatIsNeededToSample) {
    const Checkpoint checkpoint = small_checkpoint();
    write_checkpoint(path, checkpoint);
    EXPECT_EQ(read_checkpoint(path), checkpoint);
}

TEST_F(CheckpointFile, HoldsACoordinateThatIsConstant) {
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.scaling.deviation = {0.7, 0};
    write_checkpoint(path, checkpoint);
    EXPECT_EQ(read_checkpoint(path), checkpoint);
}

TEST_F(CheckpointFile, HoldsPointsOfTheMostCoordinates) {
    constexpr std::size_t kDim = data::kMaxDim;
    Checkpoint checkpoint = small_checkpoint();
    nn::MlpConfig network = kNetwork;
    network.dim = kDim;
    checkpoint.network = network;
    checkpoint.scaling = {std::vector<double>(kDim, 1.0 / 3), std::vector<double>(kDim, 0.7)};
    checkpoint.scaling.deviation[kDim - 1] = 0.1;
    checkpoint.clean_moments = diffusion::AxisMoments{std::vector<double>(kDim, 0.1), std::vector<double>(kDim, 0.9)};
    checkpoint.tensors = nn::initial_weights(network, 1, nn::frequencies_of_levels(99));
    checkpoint.state.reset();
    write_checkpoint(path, checkpoint);
    EXPECT_EQ(read_checkpoint(path), checkpoint);
    network.dim = kDim + 1;
    checkpoint.network = network;
    write_checkpoint(path, checkpoint);
    expect_refused("more coordinates than the most");
}

TEST_F(CheckpointFile, NeedsNoStateOfATraining) {
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.state.reset();
    write_checkpoint(path, checkpoint);
    EXPECT_EQ(read_checkpoint(path), checkpoint);
}

TEST_F(CheckpointFile, WithAStateOfAnotherNetworkIsRefused) {
    const auto expect_refusal = [&](const std::string& name, const std::string& why) {
        EXPECT_THAT([&] { read_checkpoint(path); },
                    ThrowsMessage<base::Error>(AllOf(HasSubstr(path.string()), HasSubstr(name), HasSubstr(why))));
    };
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.state->first.push_back(0);
    write_checkpoint(path, checkpoint);
    expect_refusal("'training.first'", "[60], its training needs [59]");
    write_checkpoint(path, small_checkpoint());
    data::SafetensorsFile file = data::read_safetensors(path);
    file.tensors.erase("training.second");
    data::write_safetensors(path, file);
    expect_refusal("'training.second'", "is missing");
    file.tensors["training.third"] = {{53}, std::vector<float>(53)};
    data::write_safetensors(path, file);
    expect_refusal("'training.third'", "does not belong");
}

// A sparse tensor beside a checkpoint's own: what the header says is refused before anything is read.
TEST_F(CheckpointFile, IsCheckedBeforeItsTensorsAreRead) {
    constexpr std::uint64_t kBytes = std::uint64_t{1} << 36U;
    const auto expect_refusal = [&](const std::string& metadata, const std::string& why) {
        const std::string header = R"({"__metadata__":{)" + metadata +
                                   R"(},"w":{"dtype":"F32","shape":[17179869184],"data_offsets":[0,68719476736]}})";
        const std::uint64_t length = header.size();
        replace(std::string(reinterpret_cast<const char*>(&length), 8) + header);
        fs::resize_file(path, 8 + header.size() + kBytes);
        EXPECT_THAT([&] { read_checkpoint(path); }, ThrowsMessage<base::Error>(HasSubstr(why)));
    };
    expect_refusal("", "'scorefield.version' is missing");
    expect_refusal(R"("scorefield.version":"1")", "it has no checksum");
    expect_refusal(R"("scorefield.version":"1","scorefield.checksum":"0","scorefield.architecture":"unet")", "'unet'");
    std::string all = R"("scorefield.checksum":"0")";
    write_checkpoint(path, small_checkpoint());
    for (const auto& [key, value] : data::read_safetensors(path).metadata) all += ",\"" + key + "\":\"" + value + "\"";
    expect_refusal(all, "'time.frequencies' is missing");
}

// Tensors as another program halves them, which leaves the metadata as they are.
TEST_F(CheckpointFile, OfHalfPrecisionIsReadUnverified) {
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.state.reset();
    for (auto& [name, tensor] : checkpoint.tensors) {
        for (float& value : tensor.values)
            value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xFFFF0000U);
    }
    write_checkpoint(path, checkpoint);
    const data::SafetensorsFile file = data::read_safetensors(path);
    nlohmann::json header = {{"__metadata__", file.metadata}};
    header["__metadata__"][data::kChecksumKey] = data::checksum(file);
    std::string values;
    for (const auto& [name, tensor] : file.tensors) {
        const std::size_t begin = values.size();
        for (const float value : tensor.values) {
            const auto upper = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U);
            values.append(reinterpret_cast<const char*>(&upper), 2);
        }
        header[name] = {{"dtype", "BF16"}, {"shape", tensor.shape}, {"data_offsets", {begin, values.size()}}};
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    replace(std::string(reinterpret_cast<const char*>(&length), 8) + text + values);
    Checkpoint read = read_checkpoint(path);
    EXPECT_FALSE(read.verified);
    read.verified = true;
    EXPECT_EQ(read, checkpoint);
}

TEST_F(CheckpointFile, QuotesItsMetadataShortAndPrintable) {
    write_checkpoint(path, small_checkpoint());
    data::SafetensorsFile file = data::read_safetensors(path);
    file.metadata["scorefield.mlp.width"] = "\x1b[31m" + std::string(1 << 20, '9');
    data::write_safetensors(path, file);
    try {
        read_checkpoint(path);
        ADD_FAILURE();
    } catch (const base::Error& error) {
        EXPECT_LT(std::string(error.what()).size(), 400U);
        EXPECT_THAT(error.what(), HasSubstr("'?[31m999"));
    }
}

TEST_F(CheckpointFile, HoldsEveryProcessWithEveryParameter) {
    const std::vector<diffusion::ProcessSettings> all = {
        {.schedule = "scaled_linear", .horizon = 10, .beta_start = 0.1 / 3, .beta_end = 0.5, .zero_snr = true},
        {.schedule = "constant", .horizon = 10, .zero_snr = false, .beta = 1.0 / 7},
        {.name = "vp", .beta_min = 0.3, .beta_max = 10.1, .t_min = 1e-5},
        {.name = "ve", .sigma_min = 0.1, .sigma_max = 7},
        {.name = "ou", .horizon = 3.3, .beta = 0.7, .s = 1.1},
        {.name = "edm", .sigma_data = 0.9},
        {.name = "flow"},
    };
    for (const diffusion::ProcessSettings& process : all) {
        Checkpoint checkpoint = small_checkpoint();
        checkpoint.process = process;
        write_checkpoint(path, checkpoint);
        EXPECT_EQ(read_checkpoint(path), checkpoint) << process.name;
    }
}

TEST_F(CheckpointFile, WithParametersThatItsProcessDoesNotTakeIsRefused) {
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.process = {.name = "vp"};
    write_checkpoint(path, checkpoint);
    const data::SafetensorsFile good = data::read_safetensors(path);
    const auto expect_refusal = [&](const std::string& key, const std::string& value, const std::string& why) {
        data::SafetensorsFile file = good;
        file.metadata[key] = value;
        data::write_safetensors(path, file);
        EXPECT_THAT([&] { read_checkpoint(path); },
                    ThrowsMessage<base::Error>(AllOf(HasSubstr(path.string()), HasSubstr(why))))
            << key;
    };
    expect_refusal("scorefield.process.sigma_min", "1", "the process vp has no such parameter");
    expect_refusal("scorefield.process.schedule", "linear", "'scorefield.process.schedule' is unknown");
    expect_refusal("scorefield.process.zero_snr", "1", "neither on nor off");
    expect_refusal("scorefield.process.beta_min", "-1", "invalid value '-1'");
    expect_refusal("scorefield.process.beta_min", "40", "below beta_min");
}

TEST_F(CheckpointFile, TruncatedAtAnyByteIsRefused) {
    write_checkpoint(path, small_checkpoint());
    for (std::size_t length = fs::file_size(path); length-- > 0;) {
        fs::resize_file(path, length);
        expect_refused("a file of " + std::to_string(length) + " bytes");
        if (HasFailure()) return;
    }
}

TEST_F(CheckpointFile, WithOneBitFlippedIsRefused) {
    write_checkpoint(path, small_checkpoint());
    const std::string whole = bytes();
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](std::size_t place, char byte) {
        file.seekp(static_cast<std::streamoff>(place));
        file.put(byte).flush();
    };
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const std::size_t bit = (i * 5 + 3) % 8;
        put(i, static_cast<char>(whole[i] ^ (1 << bit)));
        expect_refused("bit " + std::to_string(bit) + " of byte " + std::to_string(i));
        if (HasFailure()) return;
        put(i, whole[i]);
    }
    EXPECT_EQ(read_checkpoint(path), small_checkpoint());
}

TEST_F(CheckpointFile, WithTrailingBytesIsRefused) {
    write_checkpoint(path, small_checkpoint());
    replace(bytes() + "x");
    expect_refused("a trailing byte");
}

TEST_F(CheckpointFile, ThatIsMissingIsRefused) {
    expect_refused("a missing file");
    EXPECT_THROW(read_checkpoint(folder.path()), base::Error);
}

TEST_F(CheckpointFile, NamesTheTensorThatDoesNotFit) {
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.tensors["hidden.0.bias"].shape = {1, 3};
    write_checkpoint(path, checkpoint);
    EXPECT_THAT([&] { read_checkpoint(path); },
                ThrowsMessage<base::Error>(AllOf(HasSubstr("'hidden.0.bias'"), HasSubstr("[1,3]"), HasSubstr("[3]"))));
    checkpoint.tensors.erase("hidden.0.bias");
    write_checkpoint(path, checkpoint);
    EXPECT_THAT([&] { read_checkpoint(path); }, ThrowsMessage<base::Error>(HasSubstr("'hidden.0.bias' is missing")));
    checkpoint = small_checkpoint();
    checkpoint.tensors["extra"] = {{1}, {0}};
    write_checkpoint(path, checkpoint);
    EXPECT_THAT([&] { read_checkpoint(path); }, ThrowsMessage<base::Error>(HasSubstr("'extra' does not belong")));
}

TEST_F(CheckpointFile, NamesTheMetadataThatIsWrong) {
    write_checkpoint(path, small_checkpoint());
    const data::SafetensorsFile good = data::read_safetensors(path);
    const auto expect_named = [&](const std::string& key, const std::string& value) {
        data::SafetensorsFile file = good;
        file.metadata[key] = value;
        data::write_safetensors(path, file);
        EXPECT_THAT([&] { read_checkpoint(path); }, ThrowsMessage<base::Error>(HasSubstr(path.string()))) << key;
    };
    expect_named("scorefield.version", "2");
    expect_named("scorefield.architecture", "unet");
    expect_named("scorefield.mlp.dim", "-1");
    expect_named("scorefield.mlp.dim", "4");
    expect_named("scorefield.mlp.width", "1e3");
    expect_named("scorefield.mlp.depth", "60000");
    expect_named("scorefield.mlp.width", "65536");
    expect_named("scorefield.mlp.classes", "1000000");
    expect_named("scorefield.mlp.features", "");
    expect_named("scorefield.process", "noise");
    expect_named("scorefield.process.schedule", "quadratic");
    expect_named("scorefield.process.T", "0");
    expect_named("scorefield.process.beta_end", "nan");
    expect_named("scorefield.prediction", "eps");
    expect_named("scorefield.data.mean", "[1]");
    expect_named("scorefield.data.mean", "[1, null]");
    expect_named("scorefield.data.deviation", "0");
    expect_named("scorefield.data.deviation", "inf");
    expect_named("scorefield.data.deviation", "[0, 1e-39]");
    expect_named("scorefield.data.deviation", "1e38");   // samples would overflow
    expect_named("scorefield.data.deviation", "1e-39");  // and vanish
    expect_named("scorefield.data.mean", "[0, 3.5e38]");
    expect_named("scorefield.data.mean", "[[1], 2]");
    expect_named("scorefield.data.mean", std::string(1 << 16, '['));
    expect_named("scorefield.unheard_of", "1");
}

}  // namespace
}  // namespace scorefield::model
