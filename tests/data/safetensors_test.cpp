#include "data/safetensors.hpp"

#include <cstring>

#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

std::string file_of(const std::string& header, const std::string& values) {
    const std::uint64_t length = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    return file + header + values;
}

class Safetensors : public FileTest {
  protected:
    const std::string eight = std::string(8, '\0');
    auto reading() const {
        return [this] { read_safetensors(path); };
    }
    void expect(const std::string& header, const std::string& because) const {
        replace(file_of(header, eight));
        expect_refused(reading(), header, because);
    }
};

TEST_F(Safetensors, ReadsWhatItWrites) {
    SafetensorsFile file;
    file.tensors["b.weight"] = {{2, 3}, {1, 2, 3, -4, 5e-20F, 6}};
    file.tensors["a"] = {{}, {7}};
    file.tensors["none"] = {{0, 4}, {}};
    file.metadata = {{"key", "value \"quoted\" ü\n"}, {"empty", ""}};
    write_safetensors(path, file);
    const SafetensorsFile read = read_safetensors(path);
    EXPECT_EQ(read.tensors, file.tensors);
    EXPECT_EQ(read.metadata, file.metadata);
    EXPECT_TRUE(read.verified);
    EXPECT_EQ(bytes().size() % 4, 0U);
}

TEST_F(Safetensors, ReadsFilesOfOthersWithoutChecksum) {
    replace(file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight));
    const SafetensorsFile read = read_safetensors(path);
    EXPECT_EQ(read.tensors.at("w"), (Tensor{{2}, {0, 0}}));
    EXPECT_FALSE(read.verified);
}

TEST_F(Safetensors, ChecksumNoticesEveryPart) {
    SafetensorsFile file;
    file.tensors = {{"a", {{2}, {1, 2}}}, {"b", {{1}, {3}}}};
    file.metadata = {{"k", "v"}};
    const std::string sum = checksum(file);
    EXPECT_EQ(sum.size(), 16U);
    SafetensorsFile other = file;
    other.tensors["a"].values[1] = 2.0000002F;
    EXPECT_NE(checksum(other), sum);
    other = file;
    other.tensors["a"].shape = {1, 2};
    EXPECT_NE(checksum(other), sum);
    other = file;
    other.metadata = {{"kv", ""}};
    EXPECT_NE(checksum(other), sum);
    other = file;
    std::swap(other.tensors["a"], other.tensors["b"]);
    EXPECT_NE(checksum(other), sum);
}

TEST_F(Safetensors, WrongChecksumIsRefused) {
    SafetensorsFile file;
    file.tensors["w"] = {{2}, {1, 2}};
    write_safetensors(path, file);
    std::string changed = bytes();
    changed[changed.size() - 3] = static_cast<char>(changed[changed.size() - 3] ^ 1);
    replace(changed);
    expect_refused(reading(), "a flipped bit of a weight", "checksum");
}

TEST_F(Safetensors, WithoutEndIsRefused) {
    expect_endless_refused(reading(), file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight));
}

TEST_F(Safetensors, NamesWhatIsWrong) {
    expect("[]", "not a JSON object");
    expect("{", "header");
    expect("{} x", "header");
    expect(R"({"w":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})", "F32");
    expect(R"({"w":{"dtype":"F32","shape":[2]}})", "data_offsets");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})", "nothing else");
    expect(R"({"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", "not an array");
    expect(R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "whole number");
    expect(R"({"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", "whole number");
    expect(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "does not match");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", "two numbers");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", "outside");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "outside");
    expect(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "gap");
    expect(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "no tensor");
    expect(
        R"({"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
        "overlap");
    expect(
        R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
        "twice");
    // 2^62 * 4 bytes * 4 wraps round to a small number.
    expect(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", "too large");
    expect(R"({"__metadata__":{"k":1}})", "not a string");
    expect(R"({"__metadata__":"k"})", "not an object");
    expect(std::string("{}\0", 3), "zero byte");
    replace(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10));
    expect_refused(reading(), "a huge header", "does not fit");
    replace("1234567");
    expect_refused(reading(), "seven bytes", "shorter");
    replace(
        file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", std::string("\0\0\xc0\x7f\0\0\0\0", 8)));
    expect_refused(reading(), "NaN", "not finite");
}

}  // namespace
}  // namespace scorefield::data
