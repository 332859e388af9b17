# The exchange in one container: docker build -t quantumcore .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish silo/QuantumCore.Silo.csproj -c Release -o /exchange

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /exchange
COPY --from=build /exchange .
RUN mkdir /data && chown $APP_UID /data
USER $APP_UID
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["dotnet", "QuantumCore.Silo.dll", "--data", "/data", "--urls", "http://0.0.0.0:8080"]
