#!/usr/bin/env bash
# What a GPU gives: tests that compare it with the CPU, then a table of images per second, into docs/benchmarks/gpu.md.
# usage: benchmarks/gpu.sh                on a machine with an NVIDIA GPU; restores TorchSharp-cuda (about 3 GB)
#        benchmarks/gpu.sh --device cpu   rehearses all of it without one: little is measured, and the table goes to artifacts/gpu.md
# Exit code 3: there is no GPU here, so nothing was run.
set -euo pipefail
cd "$(dirname "$0")/.."
device=cuda
[ "${1:-}" != --device ] || device=$2
case $device in
  cuda)
    ldconfig -p | grep -q 'libcuda\.so\.1' && [ -e /dev/nvidiactl ] || { echo "There is no NVIDIA GPU with its driver here: nothing was run."; exit 3; }
    table=docs/benchmarks/gpu.md flags=(-p:TorchBackend=cuda) quick=()
    gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1)
    ;;
  cpu) table=artifacts/gpu.md flags=() quick=(--quick) gpu="No GPU: a rehearsal on the CPU" ;;
  *) echo "--device must be cpu or cuda, but is $device"; exit 2 ;;
esac
mkdir -p artifacts

for tests in Ddpm.Models.Tests Ddpm.Training.Tests; do
  dotnet test tests/$tests "${flags[@]}" --filter FullyQualifiedName~DeviceParityTests -e DDPM_TEST_DEVICE=$device
done
dotnet run -c Release --project benchmarks/Ddpm.Benchmarks "${flags[@]}" -- "${quick[@]}" --device $device | tee artifacts/gpu.txt
{
  echo "# On a GPU"
  echo
  echo "*For readers who want to know what a GPU gives. Written by \`benchmarks/gpu.sh\`.*"
  echo
  echo "$gpu; commit $(git describe --always --dirty --exclude '*' 2> /dev/null || echo unknown), $(date -u +%F). The tests that compare it with the CPU passed."
  cat artifacts/gpu.txt
} > "$table"
echo "The table is in $table."
[ $device = cpu ] || echo "A new page of docs goes into docs/README.md and docs/toc.yml."
