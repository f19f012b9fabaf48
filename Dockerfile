# The server in a container.
#
#   docker build -t zoetrope .
#   docker run --rm -p 127.0.0.1:8080:8080 -v zoetrope:/data -v ./token:/run/token:ro zoetrope
#
# The second command reads the token from the file `token`; docs/server.md has more.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /source
COPY . .
RUN mvn -B -q -Pdist -DskipTests package \
    && mkdir /opt/zoetrope \
    && tar -xzf dist/target/zoetrope-*-linux-x86_64.tar.gz -C /opt/zoetrope --strip-components 1

FROM eclipse-temurin:25-jdk
RUN useradd --system --create-home zoetrope && install -d -o zoetrope /data
COPY --from=build --chown=zoetrope /opt/zoetrope /opt/zoetrope
USER zoetrope
# The first start prepares later ones.
RUN /opt/zoetrope/zoetrope generate "a red ball" --frames 5 --steps 1 -o /tmp/clip.mp4 && rm /tmp/clip.mp4
EXPOSE 8080
VOLUME /data
ENTRYPOINT ["/opt/zoetrope/zoetrope", "serve", "--host", "0.0.0.0", "--token-file", "/run/token", "--data", "/data"]
