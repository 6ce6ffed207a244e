using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using Ddpm.MpiWorker;

// One rank of a job that MpiJob starts under mpirun: <case> <arguments>. Every line it writes begins with its rank.
TorchRuntime.EnsureLoaded();
return Cases.Run(args[0], args[1..], MpiCommunicator.Start);
