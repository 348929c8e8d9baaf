// Evaluates an ONNX model for rows of a file, again and again: ONNX Runtime's side of bench/against_onnxruntime.
//
//     node evaluate.js MODULES MODEL.onnx ROWS.f32 DIM OUT.f32 CALLS THREADS
//
// MODULES is the folder with onnxruntime-node; rows and outputs are float32 without a header. Prints one line of JSON:
// version and the seconds of each call.
"use strict";
const fs = require("fs");
const path = require("path");

async function main() {
    const [modules, model, rowsFile, dim, outFile, calls, threads] = process.argv.slice(2);
    const folder = path.resolve(modules, "onnxruntime-node");
    const ort = require(folder);
    const session = await ort.InferenceSession.create(model, {
        intraOpNumThreads: Number(threads),
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
    });
    const bytes = fs.readFileSync(rowsFile);
    const rows = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const feeds = {x: new ort.Tensor("float32", rows, [rows.length / Number(dim), Number(dim)])};
    let outputs = await session.run(feeds);
    const seconds = [];
    for (let i = 0; i < Number(calls); ++i) {
        const begin = process.hrtime.bigint();
        outputs = await session.run(feeds);
        seconds.push(Number(process.hrtime.bigint() - begin) * 1e-9);
    }
    const values = outputs.y.data;
    fs.writeFileSync(outFile, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    const version = require(path.join(folder, "package.json")).version;
    console.log(JSON.stringify({version, seconds}));
}

main().catch((error) => {
    console.error(error.message);
    process.exit(1);
});
