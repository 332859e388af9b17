# The exchange in one container: docker build -t quantumcore .
# The demo, with keys that everyone knows and a simulated market: docker run -p 8080:8080 quantumcore --demo on
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
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD \
    ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["dotnet", "QuantumCore.Silo.dll", "--data", "/data", "--urls", "http://0.0.0.0:8080"]
