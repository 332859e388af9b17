using QuantumCore.Contracts;

// Makes the serializers of the contracts here, so that programs without grains need no grain runtime.
[assembly: GenerateCodeForDeclaringAssembly(typeof(OrderAccepted))]
